import { describe, expect, it } from 'vitest'
import type { FeedEvent } from '../api/client'
import { history } from './entry'

function event(revision: number, type: string, more: Partial<FeedEvent> = {}, payload: object = {}): FeedEvent {
  return {
    record: {
      resource: 'desks/nsp/tickets/ASCP00000042',
      revision: String(revision),
      type,
      occurredAt: '2026-11-02T08:00:00Z',
      actor: { person: 'desks/nsp/persons/mette', party: 'desks/nsp/parties/sds' },
      payload: { '@type': 'type.googleapis.com/bavn.triage.v1.TicketEvent', ...payload },
    },
    ...more,
  }
}

describe('the history', () => {
  it('has the newest first, also within one moment', () => {
    expect(history([event(1, 'ticket.opened'), event(2, 'ticket.taken')]).map((entry) => entry.type)).toEqual(['taken', 'opened'])
  })
  it('names a change of status, but not the beginning of one', () => {
    const [later, first] = history([
      event(1, 'ticket.opened', {}, { ticket: { status: 'TICKET_STATUS_REGISTERED' }, previousStatus: 'TICKET_STATUS_UNSPECIFIED' }),
      event(2, 'ticket.taken', {}, { ticket: { status: 'TICKET_STATUS_ASSIGNED' }, previousStatus: 'TICKET_STATUS_REGISTERED' }),
    ])
    expect(first).not.toHaveProperty('from')
    expect(later).toMatchObject({ from: 'TICKET_STATUS_REGISTERED', to: 'TICKET_STATUS_ASSIGNED' })
  })
  it('marks internal notes and says so when a text was erased', () => {
    const [entry] = history([
      event(3, 'ticket.internal_note_added', { texts: [{ name: 'note', text: '', erased: true, languageCode: 'da' }] }),
    ])
    expect(entry).toMatchObject({ internal: true, texts: [{ name: 'note', erased: true }] })
  })
  it('tells the solution before its cause', () => {
    const texts = [
      { name: 'root_cause', text: 'Indekset var slettet.' },
      { name: 'solution', text: 'Indekset er genskabt.' },
    ]
    const [entry] = history([event(4, 'ticket.resolved', { texts })])
    expect(entry?.texts.map((text) => text.name)).toEqual(['solution', 'root_cause'])
  })
  it('leaves out the texts that the ticket shows already', () => {
    const [entry] = history([event(1, 'ticket.opened', { texts: [{ name: 'title', text: 'Printer' }] })])
    expect(entry?.texts).toEqual([])
  })
})
