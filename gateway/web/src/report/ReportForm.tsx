import { type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Form } from '../api/client'
import { problemOf } from '../api/problem'
import { useRequestId } from '../api/useRequestId'
import { FormQuestions, questionId } from '../form/FormQuestions'
import { Refused } from '../form/Refused'
import { Registered } from '../form/Registered'
import { questionOf, useFilledForm } from '../form/useFilledForm'
import { ToDesk } from '../layout/ToDesk'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { useTitle } from '../layout/useTitle'

export function ReportForm({ desk, form }: { desk: string; form: string }) {
  const { t } = useTranslation()
  const about = api.useQuery('get', '/v1/desks/{desk}/forms/{form}', { params: { path: { desk, form } } })
  useTitle(about.data?.displayName ?? t('report.title'))
  if (about.isPending) return <Waiting />
  if (about.isError) {
    return (
      <>
        <h1>{t('report.title')}</h1>
        <WentWrong error={about.error} retry={() => void about.refetch()} />
      </>
    )
  }
  return <FillIn desk={desk} id={form} form={about.data} />
}

function FillIn({ desk, id, form }: { desk: string; id: string; form: Form }) {
  const { t } = useTranslation()
  const questions = form.questions ?? []
  const filled = useFilledForm(desk, id, questions)
  const ids = useRequestId()
  const submit = api.useMutation('post', '/v1/desks/{desk}/tickets:submit', {
    onSuccess: ids.done,
    onError: (error) => filled.refused(problemOf(error)),
  })

  function send(event: FormEvent) {
    event.preventDefault()
    const content = { channel: 'CHANNEL_WEB' as const, form: id, formAnswers: filled.answers }
    submit.mutate({ params: { path: { desk } }, body: { ...content, requestId: ids.of(content) } })
  }

  if (submit.data) {
    // Another report begins anew, on a page that knows nothing of this one.
    return <Registered desk={desk} submission={submit.data} again={() => location.reload()} />
  }
  return (
    <>
      <ToDesk desk={desk} />
      <h1>{form.displayName}</h1>
      {submit.isError && (
        <Refused
          error={submit.error}
          place={(field) => {
            const question = filled.asked.find((one) => one.id === questionOf(field))
            return question && { label: question.text ?? '', id: questionId(question.id ?? '') }
          }}
        />
      )}
      <form onSubmit={send} noValidate className="bavn-form">
        <FormQuestions desk={desk} form={filled} />
        <button type="submit" className="button button-primary" disabled={submit.isPending}>
          {t(submit.isPending ? 'form.sendingReport' : 'report.send')}
        </button>
      </form>
    </>
  )
}
