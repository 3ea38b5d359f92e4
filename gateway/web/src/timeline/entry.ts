import type { FeedEvent, TicketStatus } from '../api/client'

/** What the history shows of one event. Names are resource names still. */
export interface Entry {
  key: string
  /** The event's type without "ticket.", such as "handed_over". */
  type: string
  at: string
  person: string
  party: string
  service: string
  onBehalfOf: string
  rule: string
  importRow: string
  internal: boolean
  /** Set where the event changed the status. */
  from?: TicketStatus
  to?: TicketStatus
  minutes: number
  deviations: string[]
  texts: { name: string; text: string; erased: boolean; language: string }[]
}

/** As much of bavn.triage.v1.TicketEvent as is shown; the contract calls a payload `Any`. */
interface TicketEvent {
  ticket?: { status?: TicketStatus }
  previousStatus?: TicketStatus
  minutes?: number
  deviations?: string[]
}

export function entryOf(event: FeedEvent): Entry {
  const record = event.record ?? {}
  const payload = (record.payload ?? {}) as TicketEvent
  const status = payload.ticket?.status
  const changed = status && payload.previousStatus && status !== payload.previousStatus
  const began = !payload.previousStatus || payload.previousStatus === 'TICKET_STATUS_UNSPECIFIED'
  return {
    key: `${record.resource}@${record.revision}/${record.recordedAt}`,
    type: (record.type ?? '').replace(/^ticket\./, ''),
    at: record.occurredAt ?? record.recordedAt ?? '',
    person: record.actor?.person ?? '',
    party: record.actor?.party ?? '',
    service: record.actor?.service ?? '',
    onBehalfOf: record.actor?.onBehalfOf ?? '',
    rule: record.cause?.rule ?? '',
    importRow: record.cause?.importRow ?? '',
    internal: record.type === 'ticket.internal_note_added',
    ...(changed && !began ? { from: payload.previousStatus as TicketStatus, to: status } : {}),
    minutes: payload.minutes ?? 0,
    deviations: payload.deviations ?? [],
    texts: (event.texts ?? []).map((text) => ({
      name: text.name ?? '',
      text: text.text ?? '',
      erased: text.erased ?? false,
      language: text.languageCode ?? '',
    })),
  }
}

/** The ticket's own texts stand above the history already. */
const shownAbove = new Set(['title', 'description'])

/** The solution is told first, then why it was needed. */
const causeLast = (a: { name: string }, b: { name: string }) => Number(a.name === 'root_cause') - Number(b.name === 'root_cause')

/** Newest first; events of one moment keep their order, turned round. */
export function history(events: FeedEvent[]): Entry[] {
  return events
    .map(entryOf)
    .map((entry) => ({ ...entry, texts: entry.texts.filter((text) => !shownAbove.has(text.name)).sort(causeLast) }))
    .reverse()
}
