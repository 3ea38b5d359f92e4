import { useTranslation } from 'react-i18next'
import type { Caller } from '../api/client'
import { ShortTickets } from './ShortTickets'

interface Props {
  desk: string
  callers: Caller[]
  chosen: Caller | undefined
  choose: (caller: Caller | undefined) => void
}

/** Who may be calling, what is known of them (R26), and their open tickets. */
export function Callers({ desk, callers, chosen, choose }: Props) {
  const { t } = useTranslation()
  return (
    <ul className="nobullet-list bavn-callers">
      {callers.map((caller) => {
        const { person, openTickets = [] } = caller
        const picked = person?.name === chosen?.person?.name
        return (
          <li key={person?.name}>
            <article className="bavn-card" aria-label={person?.displayName}>
              <h2>{person?.displayName}</h2>
              <p className="bavn-quiet">
                {[person?.phone, person?.email, person?.office, person?.department, person?.username, person?.organisationId].filter(Boolean).join(' · ')}
              </p>
              <button
                type="button"
                className={`button ${picked ? 'button-primary' : 'button-secondary'}`}
                aria-pressed={picked}
                onClick={() => choose(picked ? undefined : caller)}
              >
                {t('phone.isCalling', { who: person?.displayName })}
              </button>
              <h3>{t('phone.open')}</h3>
              {openTickets.length > 0 ? <ShortTickets desk={desk} tickets={openTickets} /> : <p>{t('phone.noOpen')}</p>}
            </article>
          </li>
        )
      })}
    </ul>
  )
}
