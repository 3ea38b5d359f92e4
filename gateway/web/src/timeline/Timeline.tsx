import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FeedEvent } from '../api/client'
import { Icon } from '../layout/Icon'
import type { Names } from '../names/useNames'
import type { DeskTime } from '../time/useDeskTime'
import { type Entry, history } from './entry'

/** A long history is shown in full only when asked for. */
const shownAtFirst = 50

const icons: Record<string, string> = {
  opened: 'flag',
  taken: 'how-to-reg',
  assigned: 'person-add',
  work_started: 'engineering',
  hand_over_offered: 'forward',
  handed_over: 'forward',
  hand_over_declined: 'reply',
  hand_over_withdrawn: 'reply',
  hand_over_expired: 'time',
  transfer_offered: 'forward',
  responsibility_transferred: 'forward',
  transfer_declined: 'reply',
  held: 'hourglass',
  resumed: 'refresh',
  resolved: 'check',
  solution_accepted: 'check',
  solution_rejected: 'feedback',
  returned: 'reply',
  closed: 'lock',
  reopened: 'refresh',
  cancelled: 'close',
  note_added: 'chat',
  internal_note_added: 'chat',
  work_logged: 'time',
}

interface Props {
  events: FeedEvent[]
  names: Names
  time: DeskTime
}

export function Timeline({ events, names, time }: Props) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const entries = history(events)
  const shown = all ? entries : entries.slice(0, shownAtFirst)
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">{t('timeline.title')}</h2>
      <p className="bavn-quiet">{entries.length > 0 ? t('timeline.lead') : t('timeline.empty')}</p>
      <ol className="bavn-timeline no-max-width">
        {shown.map((entry) => (
          <Item key={entry.key} entry={entry} names={names} time={time} />
        ))}
      </ol>
      {shown.length < entries.length && (
        <button type="button" className="button button-secondary" onClick={() => setAll(true)}>
          {t('timeline.more')}
        </button>
      )}
    </section>
  )
}

function Item({ entry, names, time }: { entry: Entry; names: Names; time: DeskTime }) {
  const { t, i18n } = useTranslation()
  const title = i18n.exists(`event.${entry.type}`) ? i18n.t(`event.${entry.type}` as 'event.opened') : entry.type.replaceAll('_', ' ')
  return (
    <li className={`bavn-event${entry.internal ? ' bavn-event-internal' : ''}`}>
      <span className="bavn-event-icon">
        <Icon name={icons[entry.type] ?? 'info'} />
      </span>
      <div className="bavn-event-body">
        <h3>
          {title}
          {entry.from && entry.to && (
            <span className="bavn-event-status">
              {t('timeline.status', { from: t(`status.${entry.from}`), to: t(`status.${entry.to}`) })}
            </span>
          )}
          {entry.internal && (
            <span className="badge bavn-badge-internal">
              <Icon name="lock" />
              {t('timeline.internal')}
            </span>
          )}
        </h3>
        <p className="bavn-event-by">
          <time dateTime={entry.at}>{time.full(entry.at)}</time> · <Actor entry={entry} names={names} />
        </p>
        {entry.texts.map((text) => (
          <p
            key={text.name}
            className={text.erased ? 'bavn-erased' : 'bavn-text'}
            {...(text.language && !text.erased ? { lang: text.language } : {})}
          >
            {text.name === 'root_cause' && <strong>{t('timeline.rootCause')}</strong>}
            {text.erased ? t('timeline.erased') : text.text}
          </p>
        ))}
        <Remarks entry={entry} />
      </div>
    </li>
  )
}

function Actor({ entry, names }: { entry: Entry; names: Names }) {
  const { t } = useTranslation()
  const person = names(entry.person) || t('timeline.system')
  const who = entry.party ? t('timeline.by', { person, party: names(entry.party) }) : person
  if (!entry.onBehalfOf) return who
  return `${who}, ${t('timeline.onBehalf', { who: names(entry.onBehalfOf) })}`
}

function Remarks({ entry }: { entry: Entry }) {
  const { t } = useTranslation()
  const remarks = [
    entry.minutes > 0 && t('timeline.minutes', { count: entry.minutes }),
    entry.rule && t('timeline.automatic', { rule: entry.rule }),
    entry.deviations.length > 0 && t('timeline.deviation', { edges: entry.deviations.join(', ') }),
    entry.importRow && t('timeline.imported', { row: entry.importRow }),
  ].filter((remark): remark is string => typeof remark === 'string' && remark !== '')
  if (remarks.length === 0) return null
  return (
    <ul className="bavn-remarks nobullet-list">
      {remarks.map((remark) => (
        <li key={remark}>{remark}</li>
      ))}
    </ul>
  )
}
