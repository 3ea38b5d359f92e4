import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { problemOf } from '../api/problem'
import { Alert } from '../layout/Alert'

interface Props {
  error: unknown
  /** What a field of the request is called on the page, and where it is; undefined where it has no place of its own. */
  place?: (field: string) => { label: string; id: string } | undefined
  /** What a rule of the desk's process wants, in the reader's language; without it the service's own words must do. */
  demand?: (rule: string) => string
}

/** What a service says of what was sent, with a way to each field that it names. It takes the focus, so that nobody misses it. */
export function Refused({ error, place, demand }: Props) {
  const { t } = useTranslation()
  const problem = problemOf(error)
  const demands = demand ? [...new Set(problem.demands.map(({ rule, text }) => demand(rule) || text))] : []
  const own = useRef<HTMLDivElement>(null)
  useEffect(() => own.current?.focus(), [error])
  return (
    <div ref={own} tabIndex={-1} className="bavn-refused">
      <Alert kind={problem.reason === 'REPORTER_REFUSED' ? 'warning' : 'error'} heading={t('form.refused')}>
        <p>{problem.text || t(problem.httpStatus === 0 || problem.httpStatus >= 502 ? 'form.away' : 'problem.other')}</p>
        {problem.fields.length + demands.length > 0 && (
          <ul>
            {problem.fields.map(({ field, text }) => {
              const at = place?.(field)
              return (
                <li key={field + text}>
                  {at ? <a href={`#${at.id}`}>{`${at.label}: ${text}`}</a> : text}
                </li>
              )
            })}
            {demands.map((wanted) => (
              <li key={wanted}>{wanted}</li>
            ))}
          </ul>
        )}
        {problem.reason === 'INTERNAL' && problem.traceId && (
          <p>
            {t('problem.quote')} <code className="bavn-code">{problem.traceId}</code>
          </p>
        )}
      </Alert>
    </div>
  )
}
