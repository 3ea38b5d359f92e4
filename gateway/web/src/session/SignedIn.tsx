import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Alert } from '../layout/Alert'
import { Icon } from '../layout/Icon'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { signInAddress, useSession } from './useSession'

const problems = ['refused', 'failed', 'unexpected'] as const

/** Shows its content to whoever is signed in, and asks everybody else to sign in first. */
export function SignedIn({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const session = useSession()
  const asked = new URLSearchParams(location.search).get('sign-in')
  const problem = problems.find((one) => one === asked)
  if (session.isPending) return <Waiting />
  if (session.isError) return <WentWrong error={session.error} />
  if (session.data.signedIn) return children
  return (
    <section className="bavn-narrow">
      <h1>{t('signIn.please')}</h1>
      {problem && <Alert kind="warning">{t(`signIn.problem.${problem}`)}</Alert>}
      {session.data.available ? (
        <>
          <p className="font-lead">{t('signIn.why')}</p>
          <a className="button button-primary" href={signInAddress()}>
            <Icon name="account" />
            {t('signIn.do')}
          </a>
        </>
      ) : (
        <Alert kind="info">{t('signIn.unavailable')}</Alert>
      )}
    </section>
  )
}
