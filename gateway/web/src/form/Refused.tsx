import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { problemOf } from '../api/problem'
import { Alert } from '../layout/Alert'

interface Props {
  error: unknown
  /** What a field of the request is called on the page, and where it is; undefined where it has no place of its own. */
  place?: (field: string) => { label: string; id: string } | undefined
}

/** What a service says of what was sent, with a way to each field that it names. It takes the focus, so that nobody misses it. */
export function Refused({ error, place }: Props) {
  const { t } = useTranslation()
  const problem = problemOf(error)
  const own = useRef<HTMLDivElement>(null)
  useEffect(() => own.current?.focus(), [error])
  return (
    <div ref={own} tabIndex={-1} className="bavn-refused">
      <Alert kind={problem.reason === 'REPORTER_REFUSED' ? 'warning' : 'error'} heading={t('form.refused')}>
        <p>{problem.text || t(problem.httpStatus === 0 || problem.httpStatus >= 502 ? 'form.away' : 'problem.other')}</p>
        {problem.fields.length + problem.demands.length > 0 && (
          <ul>
            {problem.fields.map(({ field, text }) => {
              const at = place?.(field)
              return (
                <li key={field + text}>
                  {at ? <a href={`#${at.id}`}>{`${at.label}: ${text}`}</a> : text}
                </li>
              )
            })}
            {problem.demands
              .filter((demand) => !problem.text.includes(demand))
              .map((demand) => (
                <li key={demand}>{demand}</li>
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
