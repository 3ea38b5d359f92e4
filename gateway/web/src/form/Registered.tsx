import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Submission } from '../api/client'
import { Alert } from '../layout/Alert'
import { lastPart } from '../names/resourceName'
import { CallsDue } from './CallsDue'

interface Props {
  desk: string
  submission: Submission
  /** It was to be solved as well. */
  solved?: boolean
  again: () => void
}

/** What became of a report: its number, and whom to phone. */
export function Registered({ desk, submission, solved, again }: Props) {
  const { t } = useTranslation()
  const number = lastPart(submission.ticket)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const opened = submission.outcome === 'OUTCOME_OPENED'
  return (
    <section className="bavn-narrow">
      <h1 ref={heading} tabIndex={-1}>
        {t('form.registered', { number })}
      </h1>
      {!opened && <Alert kind="info">{t(solved ? 'form.notSolvedYet' : 'form.openedLater')}</Alert>}
      <CallsDue calls={submission.callsDue} />
      <p>
        {opened ? (
          <Link to="/desks/$desk/tickets/$ticket" params={{ desk, ticket: number }}>
            {t('form.toTicket', { number })}
          </Link>
        ) : (
          number
        )}
      </p>
      <button type="button" className="button button-secondary" onClick={again}>
        {t('form.another')}
      </button>
    </section>
  )
}
