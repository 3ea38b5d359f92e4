import { type CSSProperties, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { TicketStatus } from '../api/client'
import type { Names } from '../names/useNames'
import { duration } from '../time/duration'
import type { DeskTime } from '../time/useDeskTime'
import { type Chart, type Lane, type Span, barsOf, percentOf } from './lanes'

/** Where the axis is labelled; a narrow page shows only the ends. */
const marks = [0, 0.25, 0.5, 0.75, 1]

/** A place between the chart's ends, for CSS. */
function place(chart: Chart, start: number, end = start): CSSProperties {
  return { '--at': `${percentOf(chart, start)}%`, '--wide': `${percentOf(chart, end) - percentOf(chart, start)}%` } as CSSProperties
}

export function JourneyChart({ chart, names, time }: { chart: Chart; names: Names; time: DeskTime }) {
  const { t } = useTranslation()
  const legend = useId()
  const end = chart.ended === undefined ? `${t('journey.now')}` : time.short(chart.end)
  const statuses = [...new Set(chart.spans.map((span) => span.status))]
  return (
    <figure className="bavn-journey" aria-describedby={legend}>
      <div className="bavn-lanes" role="img" aria-label={t('journey.chart', { start: time.short(chart.start), end })}>
        {chart.lanes.map((lane, index) => (
          <LaneRow key={lane.party} chart={chart} lane={lane} index={index} names={names} time={time} />
        ))}
        <div className="bavn-axis">
          <span className="bavn-lane-name" />
          <span className="bavn-track">
            {marks.map((mark) => (
              <span className="bavn-mark-time" key={mark} style={place(chart, chart.start + mark * (chart.end - chart.start))}>
                {mark === 1 ? end : time.short(chart.start + mark * (chart.end - chart.start))}
              </span>
            ))}
          </span>
        </div>
      </div>
      <figcaption id={legend}>
        <ul className="bavn-legend nobullet-list no-max-width">
          {statuses.map((status) => (
            <li key={status}>
              <span className={`bavn-swatch ${look(status)}`} aria-hidden="true" />
              {t(`status.${status}`)}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  )
}

function LaneRow(props: { chart: Chart; lane: Lane; index: number; names: Names; time: DeskTime }) {
  const { chart, lane, index, names, time } = props
  const { i18n } = useTranslation()
  return (
    <div className="bavn-lane">
      <span className="bavn-lane-name">
        <strong>{names(lane.party)}</strong>
        <span className="bavn-quiet">{duration(lane.total, i18n.language)}</span>
      </span>
      <span className="bavn-track">
        {chart.handOvers
          .filter((handOver) => Math.min(handOver.from, handOver.to) < index && index <= Math.max(handOver.from, handOver.to))
          .map((handOver) => (
            <span className="bavn-hand-over" key={handOver.at} style={place(chart, handOver.at)} />
          ))}
        {barsOf(lane).map((bar) => (
          <Bar key={bar.start} chart={chart} bar={bar} names={names} time={time} />
        ))}
      </span>
    </div>
  )
}

function Bar({ chart, bar, names, time }: { chart: Chart; bar: Span; names: Names; time: DeskTime }) {
  const { t, i18n } = useTranslation()
  const status = bar.subStatus || t(`status.${bar.status}`)
  const said = [status, names(bar.group), `${time.full(bar.start)}, ${duration(bar.end - bar.start, i18n.language)}`]
  return (
    <span
      className={`bavn-bar ${look(bar.status)}${bar.ongoing ? ' bavn-bar-ongoing' : ''}`}
      style={place(chart, bar.start, bar.end)}
      title={said.filter(Boolean).join('\n')}
    >
      <span className="bavn-bar-text">{status}</span>
    </span>
  )
}

/** The class that colours a status: "bavn-in-progress". */
function look(status: TicketStatus): string {
  return `bavn-${status.replace('TICKET_STATUS_', '').toLowerCase().replaceAll('_', '-')}`
}
