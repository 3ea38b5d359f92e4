import type { Interval, TicketStatus } from '../api/client'
import { classOf } from '../api/status'

/** One party held the ticket in one status. Times are milliseconds since the epoch. */
export interface Span {
  party: string
  group: string
  assignee: string
  status: TicketStatus
  subStatus: string
  start: number
  end: number
  ongoing: boolean
}

/** The row of one party, in the order in which the parties first had the ticket. */
export interface Lane {
  party: string
  spans: Span[]
  /** Milliseconds altogether, and of them those in which the clock stood still. */
  total: number
  waiting: number
}

/** The ticket left the lane `from` for the lane `to`. */
export interface HandOver {
  from: number
  to: number
  at: number
}

export interface Chart {
  start: number
  end: number
  lanes: Lane[]
  spans: Span[]
  handOvers: HandOver[]
  /** When the ticket was closed or cancelled; undefined while it lives. */
  ended: number | undefined
}

/**
 * Turns intervals into lanes. The time after closing belongs to nobody: it would grow for ever and say nothing. A ticket that is
 * reopened goes on, and the time it was closed is a gap.
 */
export function chartOf(intervals: Interval[], now: number): Chart {
  const all = intervals.map((interval) => spanOf(interval, now))
  const spans = all.filter((span) => classOf[span.status] !== 'STATUS_CLASS_CLOSED')
  const last = all.at(-1)
  const ended = last && classOf[last.status] === 'STATUS_CLASS_CLOSED' ? last.start : undefined
  const lanes: Lane[] = []
  const handOvers: HandOver[] = []
  let previous: number | undefined
  for (const span of spans) {
    let index = lanes.findIndex((lane) => lane.party === span.party)
    if (index < 0) index = lanes.push({ party: span.party, spans: [], total: 0, waiting: 0 }) - 1
    const lane = lanes[index] as Lane
    lane.spans.push(span)
    lane.total += span.end - span.start
    if (standsStill(span.status)) lane.waiting += span.end - span.start
    if (previous !== undefined && previous !== index) handOvers.push({ from: previous, to: index, at: span.start })
    previous = index
  }
  const start = all[0]?.start ?? now
  return { start, end: Math.max(ended ?? spans.at(-1)?.end ?? now, start + 1), lanes, spans, handOvers, ended }
}

/** The solver's clock stands still while somebody outside must act, and once the ticket is solved (R100). */
export function standsStill(status: TicketStatus): boolean {
  return classOf[status] !== 'STATUS_CLASS_OPEN'
}

function spanOf(interval: Interval, now: number): Span {
  const start = interval.startTime ? Date.parse(interval.startTime) : now
  const end = interval.endTime ? Date.parse(interval.endTime) : now
  return {
    party: interval.party ?? '',
    group: interval.group ?? '',
    assignee: interval.assignee ?? '',
    status: interval.status ?? 'TICKET_STATUS_UNSPECIFIED',
    subStatus: interval.subStatus ?? '',
    start,
    end: Math.max(start, end),
    ongoing: !interval.endTime,
  }
}

/** Where a moment lies between the chart's two ends, in percent. */
export function percentOf(chart: Chart, at: number): number {
  return (100 * (at - chart.start)) / (chart.end - chart.start)
}

/** Neighbouring spans of one status and group look like one bar, whoever worked on it. */
export function barsOf(lane: Lane): Span[] {
  const bars: Span[] = []
  for (const span of lane.spans) {
    const bar = bars.at(-1)
    if (bar && bar.end === span.start && bar.status === span.status && bar.group === span.group) {
      bars[bars.length - 1] = { ...bar, end: span.end, ongoing: span.ongoing }
    } else {
      bars.push(span)
    }
  }
  return bars
}
