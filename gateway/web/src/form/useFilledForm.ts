import { useEffect, useState } from 'react'
import { api, type CallDue, type FormCheck, type FormQuestion } from '../api/client'
import type { Problem } from '../api/problem'

/** A form that is being filled in. The service says what is asked and what is wrong; the page has no rules of its own (R31). */
export interface FilledForm {
  answers: Record<string, string>
  asked: FormQuestion[]
  errors: Record<string, string>
  calls: CallDue[]
  answer: (id: string, answer: string) => void
  left: (id: string) => void
  /** What a service said of what was sent; from now on every field says what is wrong with it. */
  refused: (problem: Problem) => void
}

type Answers = Record<string, string>

/** How long the reader must stop before it is asked what is wrong; the click that leaves a field must not miss what it aims at. */
const pause = 300

const field = /^form_answers\["(.+)"\]$/

/** The question that a field of a request is the answer to; empty for other fields. */
export function questionOf(path: string): string {
  return field.exec(path)?.[1] ?? ''
}

export function useFilledForm(desk: string, form: string, questions: FormQuestion[]): FilledForm {
  const [answers, setAnswers] = useState<Answers>({})
  const [settled, setSettled] = useState(answers)
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  const [refusal, setRefusal] = useState<Record<string, string>>({})
  const [tried, setTried] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(answers), pause)
    return () => clearTimeout(timer)
  }, [answers])
  const check = api.useQuery(
    'post',
    '/v1/desks/{desk}/forms/{form}:validate',
    { params: { path: { desk, form } }, body: { formAnswers: settled } },
    { enabled: form !== '', staleTime: 60_000 },
  )
  // What was said last holds until something newer is said.
  const [checked, setChecked] = useState<{ of: Answers; said: FormCheck }>()
  useEffect(() => {
    if (!check.data) return
    setChecked({ of: settled, said: check.data })
    // What is not asked any more must not be answered.
    const gone = Object.keys(settled).filter((id) => !check.data.asked?.includes(id))
    if (gone.length > 0) setAnswers((all) => Object.fromEntries(Object.entries(all).filter(([id]) => !gone.includes(id))))
  }, [check.data, settled])
  const now = checked?.said.asked

  const errors: Record<string, string> = {}
  for (const violation of checked?.said.violations ?? []) {
    const id = questionOf(violation.field ?? '')
    const current = id && checked?.of[id] === answers[id]
    if (current && (tried || (seen.has(id) && answers[id]))) errors[id] = violation.description ?? ''
  }
  return {
    answers,
    asked: questions.filter((question) => (now ? now.includes(question.id ?? '') : !question.conditional)),
    errors: { ...errors, ...refusal },
    calls: checked?.said.callsDue ?? [],
    answer: (id, answer) => {
      setRefusal(({ [id]: _, ...others }) => others)
      setAnswers(({ [id]: _, ...others }) => (answer.trim() ? { ...others, [id]: answer } : others))
    },
    left: (id) => setTimeout(() => setSeen((before) => new Set(before).add(id)), pause),
    refused: (problem) => {
      setTried(true)
      setRefusal(Object.fromEntries(problem.fields.flatMap(({ field: at, text }) => (questionOf(at) ? [[questionOf(at), text]] : []))))
    },
  }
}
