import { useTranslation } from 'react-i18next'
import type { Ticket } from '../api/client'
import { partyOf } from '../names/resourceName'
import type { Names } from '../names/useNames'
import type { DeskTime } from '../time/useDeskTime'
import { nextSteps } from './nextStep'

export function NextSteps({ ticket, names, time }: { ticket: Ticket; names: Names; time: DeskTime }) {
  const { t } = useTranslation()
  /** A group's own name says little to other parties. */
  const full = (name: string | undefined) =>
    name?.includes('/groups/') ? `${names(partyOf(name))} (${names(name)})` : names(name)
  return (
    <section className="bavn-card bavn-card-next" aria-labelledby="next">
      <h2 id="next">{t('next.title')}</h2>
      {nextSteps(ticket).map((step) => (
        <p key={step.text}>
          {t(`next.${step.text}`, {
            who: full(step.who),
            holder: full(step.holder),
            user: full(step.user),
            owner: full(step.owner),
            to: full(step.to),
            time: time.full(step.time),
          })}
        </p>
      ))}
    </section>
  )
}
