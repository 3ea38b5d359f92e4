import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Step, type Text } from '../api/client'
import { problemOf } from '../api/problem'
import { useRequestId } from '../api/useRequestId'
import { Choices, Field } from '../form/Field'
import { Refused } from '../form/Refused'

interface Props {
  desk: string
  number: string
  step: Step
  changed: () => void
}

const kinds = ['SOLUTION_KIND_PERMANENT', 'SOLUTION_KIND_WORKAROUND'] as const
const empty = { solution: '', kind: '', cause: '', log: '', minutes: '', reason: '' }

/**
 * Solves the ticket: what was done, why it happened and, for the event log, what happened when (R76, R99). Which of them the desk's
 * process demands is said by its gates, which the service judges.
 */
export function ResolveSection({ desk, number, step, changed }: Props) {
  const { t, i18n } = useTranslation()
  const [said, setSaid] = useState(empty)
  const say = (more: Partial<typeof empty>) => setSaid((before) => ({ ...before, ...more }))
  const logIds = useRequestId()
  const ids = useRequestId()
  const log = api.useMutation('post', '/v1/desks/{desk}/tickets/{ticket}:logWork', { onSuccess: () => say({ log: '', minutes: '' }) })
  const resolve = api.useMutation('post', '/v1/desks/{desk}/tickets/{ticket}:resolve', {
    onSuccess: () => {
      ids.done()
      setSaid(empty)
      changed()
    },
  })
  const params = { path: { desk, ticket: number } }
  const words = (text: string) => ({ text: text.trim(), languageCode: i18n.language })
  const demands = step.obstacles ?? []
  const mayBePassed = step.gates?.some(({ overrideRoles }) => overrideRoles?.length) ?? false
  const inReadersLanguage = (text: Text | undefined) => text?.[i18n.language as keyof Text] ?? text?.en ?? ''
  const error = log.error ?? resolve.error
  const refused = error ? problemOf(error).fields : []
  const wrong = (...fields: string[]) => refused.find(({ field }) => fields.includes(field))?.text
  const places = { solution: 'solution', solution_kind: 'kind', root_cause: 'cause', text: 'log', minutes: 'minutes', override_reason: 'reason' } as const
  // Who may pass a closed gate gives a reason for it (R83).
  const mayPass = mayBePassed && problemOf(resolve.error).reason === 'GATE_NOT_MET'

  async function send(event: FormEvent) {
    event.preventDefault()
    log.reset()
    resolve.reset()
    if (said.log.trim()) {
      const entry = { text: words(said.log), minutes: Number(said.minutes || 0) }
      try {
        await log.mutateAsync({ params, body: { ...entry, requestId: logIds.of(entry) } })
        logIds.done()
      } catch {
        return // it is shown, and nothing is solved without it
      }
    }
    const content = {
      solution: words(said.solution),
      solutionKind: (said.kind || 'SOLUTION_KIND_UNSPECIFIED') as (typeof kinds)[number],
      ...(said.cause.trim() ? { rootCause: words(said.cause) } : {}),
      ...(said.reason.trim() ? { overrideReason: words(said.reason) } : {}),
    }
    resolve.mutate({ params, body: { ...content, requestId: ids.of(content) } })
  }

  return (
    <section aria-labelledby="resolve">
      <h2 id="resolve">{t('resolve.title')}</h2>
      {demands.length > 0 && (
        <>
          <p>{t('resolve.demands')}</p>
          <ul>
            {demands.map((demand) => (
              <li key={demand.rule}>{inReadersLanguage(demand.satisfy)}</li>
            ))}
          </ul>
        </>
      )}
      {error && (
        <Refused
          error={error}
          demand={(rule) => {
            const gate = step.gates?.find((one) => rule === `gates[${one.gate}]`)
            return inReadersLanguage(demands.find((one) => one.rule === rule)?.satisfy ?? gate?.satisfy ?? gate?.label)
          }}
          place={(field) => {
            const at = places[field.split('.')[0] as keyof typeof places]
            return at && { label: t(`resolve.${at}`), id: `resolve-${at}` }
          }}
        />
      )}
      <form onSubmit={(event) => void send(event)} noValidate className="bavn-form">
        <Field label={t('resolve.solution')} id="resolve-solution" hint={t('resolve.solutionHint')} error={wrong('solution', 'solution.text')}>
          {(input) => <textarea {...input} className="form-input" rows={4} value={said.solution} onChange={(event) => say({ solution: event.target.value })} />}
        </Field>
        <Choices
          label={t('resolve.kind')}
          id="resolve-kind"
          error={wrong('solution_kind')}
          options={kinds.map((kind) => ({ id: kind, text: t(`resolve.${kind}`) }))}
          chosen={[said.kind]}
          choose={([kind = '']) => say({ kind })}
        />
        <Field label={t('resolve.cause')} id="resolve-cause" hint={t('resolve.causeHint')} error={wrong('root_cause', 'root_cause.text')} optional>
          {(input) => <textarea {...input} className="form-input" rows={3} value={said.cause} onChange={(event) => say({ cause: event.target.value })} />}
        </Field>
        <Field label={t('resolve.log')} id="resolve-log" hint={t('resolve.logHint')} error={wrong('text', 'text.text')} optional>
          {(input) => <textarea {...input} className="form-input" rows={4} value={said.log} onChange={(event) => say({ log: event.target.value })} />}
        </Field>
        {said.log && (
          <Field label={t('resolve.minutes')} id="resolve-minutes" error={wrong('minutes')} optional>
            {(input) => <input {...input} className="form-input" inputMode="numeric" value={said.minutes} onChange={(event) => say({ minutes: event.target.value.replace(/\D/g, '') })} />}
          </Field>
        )}
        {mayPass && (
          <Field label={t('resolve.reason')} id="resolve-reason" hint={t('resolve.reasonHint')} error={wrong('override_reason')} optional>
            {(input) => <input {...input} className="form-input" value={said.reason} onChange={(event) => say({ reason: event.target.value })} />}
          </Field>
        )}
        <button type="submit" className="button button-primary" disabled={log.isPending || resolve.isPending}>
          {t('resolve.send')}
        </button>
      </form>
    </section>
  )
}
