import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { SignedIn } from '../session/SignedIn'
import { signInAddress, useSession, useSignOut } from '../session/useSession'
import { Beacon } from './Beacon'
import { Icon } from './Icon'
import { LanguageChoice } from './LanguageChoice'

/** What every page has around it. */
export function Shell() {
  const { t } = useTranslation()
  const main = useRef<HTMLElement>(null)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const first = useRef(path)
  useEffect(() => {
    // A browser would begin a new page at its top; a screen reader must hear that there is one.
    if (first.current !== path) main.current?.focus({ preventScroll: true })
    first.current = path
  }, [path])
  return (
    <>
      <a className="skipnav" href="#content">
        {t('common.skip')}
      </a>
      <header className="header">
        <div className="portal-info">
          <div className="portal-info-inner container">
            <Link className="bavn-mark" to="/" aria-label={t('common.home')}>
              <Beacon />
              <span aria-hidden="true">Bavn</span>
            </Link>
            <Account />
          </div>
        </div>
      </header>
      <main id="content" className="container page-container bavn-main" ref={main} tabIndex={-1}>
        <SignedIn>
          <Outlet />
        </SignedIn>
      </main>
      <footer>
        <div className="footer">
          <div className="container">
            <p>{t('common.footer')}</p>
            <p>
              <a href="/process/">{t('common.processes')}</a>
            </p>
            <p>
              <a href="/openapi.yaml">{t('common.api')}</a>
            </p>
          </div>
        </div>
        <LanguageChoice />
      </footer>
    </>
  )
}

function Account() {
  const { t } = useTranslation()
  const session = useSession()
  const signOut = useSignOut()
  if (!session.data?.available) return null
  if (!session.data.signedIn) {
    return (
      <a className="function-link bavn-account" href={signInAddress()}>
        <Icon name="account" />
        {t('signIn.do')}
      </a>
    )
  }
  const { name, person } = session.data
  return (
    <div className="bavn-account">
      <p className="bavn-account-name">
        <span className="sr-only">{t('signIn.as', { name: name || person })}</span>
        <span aria-hidden="true">{name || person}</span>
      </p>
      <button type="button" className="function-link" onClick={() => signOut.mutate()}>
        <Icon name="lock" />
        {t('signIn.end')}
      </button>
    </div>
  )
}
