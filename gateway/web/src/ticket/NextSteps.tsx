import { useTranslation } from 'react-i18next'
import type { Ticket } from '../api/client'
import type { Names } from '../names/useNames'
import type { DeskTime } from '../time/useDeskTime'
import { nextSteps } from './nextStep'

export function NextSteps({ ticket, names, time }: { ticket: Ticket; names: Names; time: DeskTime }) {
  const { t } = useTranslation()
  return (
    <section className="bavn-card bavn-card-next" aria-labelledby="next">
      <h2 id="next">{t('next.title')}</h2>
      {nextSteps(ticket).map((step) => (
        <p key={step.text}>
          {t(`next.${step.text}`, {
            who: names(step.who),
            holder: names(step.holder),
            user: names(step.user),
            owner: names(step.owner),
            to: names(step.to),
            time: time.full(step.time),
          })}
        </p>
      ))}
    </section>
  )
}
