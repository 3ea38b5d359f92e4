import { describe, expect, it } from 'vitest'
import type { Interval, TicketStatus } from '../api/client'
import { barsOf, chartOf, percentOf, standsStill } from './lanes'

const at = (clock: string) => `2026-11-02T${clock}:00Z`
const ms = (clock: string) => Date.parse(at(clock))

function held(party: string, status: string, from: string, to?: string, more: Partial<Interval> = {}): Interval {
  return {
    party: `desks/nsp/parties/${party}`,
    status: `TICKET_STATUS_${status}` as TicketStatus,
    startTime: at(from),
    ...(to ? { endTime: at(to) } : {}),
    ...more,
  }
}

const closed = [
  held('sds', 'REGISTERED', '08:00', '08:10'),
  held('sds', 'IN_PROGRESS', '08:10', '09:00'),
  held('netic', 'IN_PROGRESS', '09:00', '10:00'),
  held('netic', 'AWAITING_USER', '10:00', '11:00'),
  held('sds', 'RESOLVED', '11:00', '12:00'),
  held('sds', 'CLOSED', '12:00'),
]

describe('the journey of a closed ticket', () => {
  const chart = chartOf(closed, ms('23:00'))

  it('has one lane for each party, in the order of first hold', () => {
    expect(chart.lanes.map((lane) => lane.party)).toEqual(['desks/nsp/parties/sds', 'desks/nsp/parties/netic'])
  })
  it('ends when the ticket was closed, however long ago that is', () => {
    expect([chart.start, chart.end, chart.ended]).toEqual([ms('08:00'), ms('12:00'), ms('12:00')])
  })
  it('gives every minute to exactly one party', () => {
    const total = chart.lanes.reduce((sum, lane) => sum + lane.total, 0)
    expect(total).toBe(chart.end - chart.start)
  })
  it('counts the time in which the clock stood still, solved included', () => {
    expect(chart.lanes.map((lane) => lane.waiting / 60_000)).toEqual([60, 60])
  })
  it('shows where the ticket changed hands', () => {
    expect(chart.handOvers).toEqual([
      { from: 0, to: 1, at: ms('09:00') },
      { from: 1, to: 0, at: ms('11:00') },
    ])
  })
})

describe('the journey of a living ticket', () => {
  it('goes on until now', () => {
    const chart = chartOf([held('sds', 'REGISTERED', '08:00')], ms('09:30'))
    expect([chart.end, chart.ended, chart.lanes[0]?.spans[0]?.ongoing]).toEqual([ms('09:30'), undefined, true])
    expect(percentOf(chart, ms('08:45'))).toBe(50)
  })
  it('goes on after a reopening, with a gap while it was closed', () => {
    const chart = chartOf(
      [held('sds', 'RESOLVED', '08:00', '09:00'), held('sds', 'CLOSED', '09:00', '10:00'), held('sds', 'IN_PROGRESS', '10:00')],
      ms('11:00'),
    )
    expect(chart.ended).toBeUndefined()
    expect(chart.lanes[0]?.total).toBe(2 * 3_600_000)
    expect(chart.handOvers).toEqual([])
  })
  it('bears a clock of the reader that is behind', () => {
    const chart = chartOf([held('sds', 'REGISTERED', '08:00')], ms('07:00'))
    expect(chart.end).toBeGreaterThan(chart.start)
    expect(chart.lanes[0]?.total).toBe(0)
  })
  it('has no lane before reporting has heard of it', () => {
    expect(chartOf([], ms('08:00')).lanes).toEqual([])
  })
})

describe('bars', () => {
  it('join spans that differ only in who worked on it', () => {
    const chart = chartOf(
      [
        held('sds', 'IN_PROGRESS', '08:00', '09:00', { assignee: 'desks/nsp/persons/mette' }),
        held('sds', 'IN_PROGRESS', '09:00', '10:00', { assignee: 'desks/nsp/persons/lars' }),
        held('sds', 'ON_HOLD', '10:00', '11:00'),
      ],
      ms('12:00'),
    )
    const lane = chart.lanes[0]
    expect(lane && barsOf(lane).map((bar) => [bar.start, bar.end])).toEqual([
      [ms('08:00'), ms('10:00')],
      [ms('10:00'), ms('11:00')],
    ])
  })
})

describe('clocks', () => {
  it('run while a supplier is awaited and stand still while the user is', () => {
    expect(standsStill('TICKET_STATUS_AWAITING_SUPPLIER')).toBe(false)
    expect(standsStill('TICKET_STATUS_AWAITING_USER')).toBe(true)
  })
})
