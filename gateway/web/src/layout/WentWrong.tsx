import { useTranslation } from 'react-i18next'
import { type Problem, problemOf } from '../api/problem'
import { signInAddress } from '../session/useSession'
import { Alert } from './Alert'

type Title = 'notFound' | 'denied' | 'signIn' | 'away' | 'other'

function titleOf({ httpStatus }: Problem): Title {
  if (httpStatus === 404) return 'notFound'
  if (httpStatus === 403) return 'denied'
  if (httpStatus === 401) return 'signIn'
  return httpStatus === 0 || httpStatus >= 502 ? 'away' : 'other'
}

/** Says what a query refused, in the reader's language, and what to quote to support. */
export function WentWrong({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation()
  const problem = problemOf(error)
  const title = titleOf(problem)
  const text = problem.text || t(title === 'away' ? 'problem.away' : 'problem.other')
  const mayPass = title === 'away' || title === 'other'
  return (
    <Alert kind={title === 'notFound' || title === 'signIn' ? 'info' : 'error'} heading={t(`problem.title.${title}`)}>
      <p>{text}</p>
      {problem.traceId && mayPass && (
        <p>
          {t('problem.quote')} <code className="bavn-code">{problem.traceId}</code>
        </p>
      )}
      {title === 'signIn' && (
        <a className="button button-primary mt-4" href={signInAddress()}>
          {t('signIn.do')}
        </a>
      )}
      {retry && mayPass && (
        <button type="button" className="button button-secondary mt-4" onClick={retry}>
          {t('common.tryAgain')}
        </button>
      )}
    </Alert>
  )
}
