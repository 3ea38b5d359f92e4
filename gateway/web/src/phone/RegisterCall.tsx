import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Caller, type Submission } from '../api/client'
import { problemOf } from '../api/problem'
import { useRequestId } from '../api/useRequestId'
import { Choices, Field } from '../form/Field'
import { FormQuestions, questionId } from '../form/FormQuestions'
import { Refused } from '../form/Refused'
import { questionOf, useFilledForm } from '../form/useFilledForm'
import { lastPart } from '../names/resourceName'

interface Props {
  desk: string
  caller: Caller | undefined
  registered: (submission: Submission, solved: boolean) => void
}

const ways = ['CHANNEL_PHONE', 'CHANNEL_WALK_IN', 'CHANNEL_VISIT'] as const
const kinds = ['SOLUTION_KIND_PERMANENT', 'SOLUTION_KIND_WORKAROUND'] as const
const empty = {
  channel: 'CHANNEL_PHONE' as (typeof ways)[number],
  template: '',
  form: '',
  title: '',
  description: '',
  solved: false,
  solution: '',
  kind: 'SOLUTION_KIND_PERMANENT' as (typeof kinds)[number],
}

/** Registers what a caller says, with a telling title, and solves it in the same step where it was quick (R5, R6, R21, R25). */
export function RegisterCall({ desk, caller, registered }: Props) {
  const { t, i18n } = useTranslation()
  const [said, setSaid] = useState(empty)
  const say = (more: Partial<typeof empty>) => setSaid((before) => ({ ...before, ...more }))
  const ids = useRequestId()
  const page = { params: { path: { desk }, query: { pageSize: 500 } } }
  const templates = api.useQuery('get', '/v1/desks/{desk}/ticketTemplates', page).data?.ticketTemplates ?? []
  const forms = api.useQuery('get', '/v1/desks/{desk}/forms', page).data?.forms ?? []
  const form = api.useQuery(
    'get',
    '/v1/desks/{desk}/forms/{form}',
    { params: { path: { desk, form: said.form } } },
    { enabled: said.form !== '' },
  )
  // Title and description are asked here already, so what the form says of them is said there.
  const fields = { FILLS_TITLE: 'title', FILLS_DESCRIPTION: 'description' } as const
  const ownOf = (field: string) => {
    const question = form.data?.questions?.find(({ id }) => id === questionOf(field))
    return fields[question?.fills as keyof typeof fields]
  }
  const questions = form.data?.questions?.filter(({ fills }) => fills !== 'FILLS_TITLE' && fills !== 'FILLS_DESCRIPTION')
  const filled = useFilledForm(desk, said.form, questions ?? [])
  const submit = api.useMutation('post', '/v1/desks/{desk}/tickets:submit', {
    onSuccess: ids.done,
    onError: (error) => filled.refused(problemOf(error)),
  })
  const refused = submit.isError ? problemOf(submit.error).fields : []
  const wrong = (own: string, ...others: string[]) =>
    refused.find(({ field }) => field === own || field === `${own}.text` || others.includes(field) || ownOf(field) === own)?.text

  function byTemplate(id: string) {
    const template = templates.find(({ name }) => lastPart(name) === id)
    say({ template: id, title: template?.title ?? '', description: template?.description ?? '', form: template?.form ?? '' })
  }

  function send(event: FormEvent) {
    event.preventDefault()
    const words = (text: string) => ({ text: text.trim(), languageCode: i18n.language })
    const content = {
      channel: said.channel,
      ...(caller?.person?.name ? { reporter: caller.person.name } : {}),
      ...(said.template ? { template: said.template } : {}),
      ...(said.title.trim() ? { title: words(said.title) } : {}),
      ...(said.description.trim() ? { description: words(said.description) } : {}),
      ...(said.form ? { form: said.form, formAnswers: filled.answers } : {}),
      ...(said.solved ? { solution: words(said.solution), solutionKind: said.kind } : {}),
    }
    submit.mutate(
      { params: { path: { desk } }, body: { ...content, requestId: ids.of(content) } },
      { onSuccess: (submission) => registered(submission, said.solved) },
    )
  }

  return (
    <section aria-labelledby="register">
      <h2 id="register">{t('phone.register')}</h2>
      <p>{caller ? t('phone.for', { who: caller.person?.displayName }) : t('phone.forNobody')}</p>
      {submit.isError && (
        <Refused
          error={submit.error}
          place={(field) => {
            const question = filled.asked.find((one) => one.id === questionOf(field))
            if (question) return { label: question.text ?? '', id: questionId(question.id ?? '') }
            const at = ownOf(field) ?? (['title', 'description', 'solution', 'form'] as const).find((one) => field.split(/[._]/)[0] === one)
            return at && { label: t(`phone.${at}`), id: `call-${at}` }
          }}
        />
      )}
      <form onSubmit={send} noValidate className="bavn-form">
        <Choices
          label={t('phone.way')}
          options={ways.map((way) => ({ id: way, text: t(`channel.${way}`) }))}
          chosen={[said.channel]}
          choose={([way]) => say({ channel: way as (typeof ways)[number] })}
        />
        {templates.length > 0 && (
          <Field label={t('phone.template')} optional>
            {(input) => (
              <select {...input} className="form-select" value={said.template} onChange={(event) => byTemplate(event.target.value)}>
                <option value="">{t('phone.noTemplate')}</option>
                {templates.map((template) => (
                  <option key={template.name} value={lastPart(template.name)}>
                    {template.displayName}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <Field label={t('phone.title')} id="call-title" hint={t('phone.titleHint')} error={wrong('title')}>
          {(input) => (
            <input {...input} className="form-input" maxLength={200} value={said.title} onChange={(event) => say({ title: event.target.value })} />
          )}
        </Field>
        <Field label={t('phone.description')} id="call-description" hint={t('phone.descriptionHint')} error={wrong('description')} optional>
          {(input) => (
            <textarea {...input} className="form-input" rows={5} value={said.description} onChange={(event) => say({ description: event.target.value })} />
          )}
        </Field>
        {forms.length > 0 && (
          <Field label={t('phone.form')} id="call-form" hint={t('phone.formHint')} error={wrong('form')} optional>
            {(input) => (
              <select {...input} className="form-select" value={said.form} onChange={(event) => say({ form: event.target.value })}>
                <option value="">{t('phone.noForm')}</option>
                {forms.map((one) => (
                  <option key={one.name} value={lastPart(one.name)}>
                    {one.displayName}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        {said.form && questions && <FormQuestions desk={desk} form={filled} />}
        <Choices
          label={t('phone.atOnce')}
          several
          options={[{ id: 'solved', text: t('phone.solved') }]}
          chosen={said.solved ? ['solved'] : []}
          choose={(chosen) => say({ solved: chosen.length > 0 })}
        />
        {said.solved && (
          <>
            <Field label={t('phone.solution')} id="call-solution" hint={t('resolve.solutionHint')} error={wrong('solution', 'solution_kind')}>
              {(input) => (
                <textarea {...input} className="form-input" rows={3} value={said.solution} onChange={(event) => say({ solution: event.target.value })} />
              )}
            </Field>
            <Choices
              label={t('resolve.kind')}
              options={kinds.map((kind) => ({ id: kind, text: t(`resolve.${kind}`) }))}
              chosen={[said.kind]}
              choose={([kind]) => say({ kind: kind as (typeof kinds)[number] })}
            />
          </>
        )}
        <button type="submit" className="button button-primary" disabled={submit.isPending}>
          {t(said.solved ? 'phone.sendSolved' : 'phone.send')}
        </button>
      </form>
    </section>
  )
}
