import type { Ticket, TicketStatus } from '../api/client'

/** What is expected next, as a text's key with the names that it needs. Names are resource names still. */
export interface Step {
  text:
    | 'registered'
    | 'assigned'
    | 'inProgress'
    | 'awaitingSupplier'
    | 'awaitingUser'
    | 'pendingRelease'
    | 'onHold'
    | 'resolved'
    | 'accepted'
    | 'closed'
    | 'cancelled'
    | 'unknown'
    | 'handOver'
    | 'handOverNoTime'
    | 'transfer'
  who?: string
  holder?: string
  user?: string
  owner?: string
  to?: string
  time?: string
}

const texts: Record<TicketStatus, Step['text']> = {
  TICKET_STATUS_UNSPECIFIED: 'unknown',
  TICKET_STATUS_REGISTERED: 'registered',
  TICKET_STATUS_ASSIGNED: 'assigned',
  TICKET_STATUS_IN_PROGRESS: 'inProgress',
  TICKET_STATUS_AWAITING_SUPPLIER: 'awaitingSupplier',
  TICKET_STATUS_AWAITING_USER: 'awaitingUser',
  TICKET_STATUS_PENDING_RELEASE: 'pendingRelease',
  TICKET_STATUS_ON_HOLD: 'onHold',
  TICKET_STATUS_RESOLVED: 'resolved',
  TICKET_STATUS_CLOSED: 'closed',
  TICKET_STATUS_CANCELLED: 'cancelled',
}

/** Open offers come first, because somebody must answer them; then what the status means. */
export function nextSteps(ticket: Ticket): Step[] {
  const holder = ticket.holderGroup || ticket.holderParty || ''
  const owner = ticket.ownerParty ?? ''
  const steps: Step[] = []
  if (ticket.handOver) {
    const { group, party, expireTime } = ticket.handOver
    const offered = { to: group || party || '', holder }
    steps.push(expireTime ? { text: 'handOver', ...offered, time: expireTime } : { text: 'handOverNoTime', ...offered })
  }
  if (ticket.transfer) steps.push({ text: 'transfer', to: ticket.transfer.party ?? '', owner })
  const status = ticket.status ?? 'TICKET_STATUS_UNSPECIFIED'
  steps.push({
    text: status === 'TICKET_STATUS_RESOLVED' && ticket.solutionAccepted ? 'accepted' : texts[status],
    who: ticket.assignee || holder,
    holder,
    user: ticket.affectedUser || ticket.reporter || '',
    owner,
  })
  return steps
}
