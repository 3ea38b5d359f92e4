import type { Attachment, Desk, FeedEvent, Interval, Journey, Notification, Ticket, TicketStatus } from '../src/api/client'

/** A desk with one ticket that went from the national desk to operations, on to a supplier, and back. */
const party = (id: string) => `desks/nsp/parties/${id}`
const group = (at: string, id: string) => `${party(at)}/groups/${id}`
const person = (id: string) => `desks/nsp/persons/${id}`
const status = (name: string) => `TICKET_STATUS_${name}` as TicketStatus
const name = 'desks/nsp/tickets/ASCP00000042'

export const desk: Desk = {
  name: 'desks/nsp',
  displayName: 'NSP – den nationale serviceplatform',
  languageCode: 'da',
  timeZone: 'Europe/Copenhagen',
  authorityParty: party('sds'),
  contactParty: party('spoc'),
  numberScheme: { prefix: 'ASCP', digits: 8 },
}

export const parties = [
  { name: party('spoc'), displayName: 'National servicedesk' },
  { name: party('netic'), displayName: 'Driftsleverandør Netic' },
  { name: party('arosii'), displayName: 'Applikationsleverandør Arosii' },
]

export const groups = {
  spoc: [{ name: group('spoc', 'vagt'), displayName: 'Vagten', level: 1 }],
  netic: [{ name: group('netic', 'drift'), displayName: 'Drift', level: 2 }],
  arosii: [{ name: group('arosii', 'stamkort'), displayName: 'Stamkort', level: 3 }],
}

export const persons = [
  { name: person('mette'), displayName: 'Mette Holm' },
  { name: person('lars'), displayName: 'Lars Bo Nielsen' },
  { name: person('anna'), displayName: 'Anna Kjær' },
  { name: person('kim'), displayName: 'Kim Sørensen' },
]

export const ticket: Ticket = {
  name,
  etag: '14',
  channel: 'CHANNEL_WEB',
  title: 'Stamkortopslag svarer ikke for lægepraksis i Region Nord',
  description:
    'Siden kl. 8 i dag får vi “Timeout” ved opslag i Stamkort.\n\nHvad: alle opslag fra tre lægehuse.\nHvor: Aalborg og Hjørring.\nHvem: omkring 40 brugere.',
  status: status('AWAITING_SUPPLIER'),
  statusClass: 'STATUS_CLASS_OPEN',
  subStatus: '',
  impact: 'IMPACT_HIGH',
  priority: 'P2',
  reporter: person('kim'),
  affectedUser: person('kim'),
  ownerParty: party('spoc'),
  owner: person('mette'),
  holderParty: party('netic'),
  holderGroup: group('netic', 'drift'),
  assignee: person('lars'),
  handOver: {
    party: party('arosii'),
    group: group('arosii', 'stamkort'),
    offeredBy: person('lars'),
    offerTime: '2026-11-03T14:40:00Z',
    expireTime: '2026-11-03T15:40:00Z',
  },
  externalIds: [{ system: 'jira', id: 'NSP-118' }],
  labels: { component: 'stamkort' },
  reopenCount: 1,
  submitTime: '2026-11-02T07:12:00Z',
  createTime: '2026-11-02T07:12:01Z',
  updateTime: '2026-11-03T14:40:00Z',
  journeyTraceId: '4bf92f3577b34da6a3ce929d0e0e4736',
}

const other = (number: string, title: string, at: string, priority: string): Ticket => ({
  ...ticket,
  name: `desks/nsp/tickets/${number}`,
  title,
  status: status(at),
  priority,
})

export const tickets: Ticket[] = [
  ticket,
  other('ASCP00000041', 'Certifikat udløber på testmiljøet', 'REGISTERED', ''),
  other('ASCP00000040', 'Medicinkort viser forkert dato', 'AWAITING_USER', 'P3'),
  other('ASCP00000039', 'Ny adgang til driftsportalen', 'RESOLVED', 'P4'),
  other('ASCP00000038', 'Planlagt genstart gav korte udfald', 'CLOSED', 'P3'),
]

const held = (at: string, group_: string, assignee: string, state: string, startTime: string, endTime?: string): Interval => ({
  party: party(at),
  group: group_ ? group(at, group_) : '',
  assignee: assignee ? person(assignee) : '',
  status: status(state),
  startTime,
  ...(endTime ? { endTime } : {}),
})

const intervals: Interval[] = [
  held('spoc', '', '', 'REGISTERED', '2026-11-02T07:12:00Z', '2026-11-02T07:31:00Z'),
  held('spoc', 'vagt', 'mette', 'IN_PROGRESS', '2026-11-02T07:31:00Z', '2026-11-02T09:05:00Z'),
  held('netic', 'drift', '', 'ASSIGNED', '2026-11-02T09:05:00Z', '2026-11-02T10:20:00Z'),
  held('netic', 'drift', 'lars', 'IN_PROGRESS', '2026-11-02T10:20:00Z', '2026-11-02T13:00:00Z'),
  held('netic', 'drift', 'lars', 'AWAITING_USER', '2026-11-02T13:00:00Z', '2026-11-02T19:30:00Z'),
  held('arosii', 'stamkort', 'anna', 'IN_PROGRESS', '2026-11-02T19:30:00Z', '2026-11-03T06:15:00Z'),
  held('spoc', 'vagt', '', 'RESOLVED', '2026-11-03T06:15:00Z', '2026-11-03T09:00:00Z'),
  held('netic', 'drift', 'lars', 'IN_PROGRESS', '2026-11-03T09:00:00Z', '2026-11-03T11:20:00Z'),
  held('netic', 'drift', 'lars', 'AWAITING_SUPPLIER', '2026-11-03T11:20:00Z'),
]

let revision = 0
const event = (type: string, at: string, who: string, of: string, more: Partial<FeedEvent> = {}, payload: object = {}): FeedEvent => ({
  record: {
    resource: name,
    revision: String(++revision),
    type,
    occurredAt: at,
    recordedAt: at,
    actor: { person: who ? person(who) : '', party: of ? party(of) : '', service: who ? '' : 'triage' },
    payload: { '@type': 'type.googleapis.com/bavn.triage.v1.TicketEvent', ...payload },
    ...more.record,
  },
  texts: more.texts ?? [],
})

const change = (from: string, to: string) => ({ previousStatus: status(from), ticket: { status: status(to) } })
const text = (kind: string, said: string) => ({ texts: [{ name: kind, languageCode: 'da', text: said, erased: false }] })

const events: FeedEvent[] = [
  event('ticket.opened', '2026-11-02T07:12:00Z', 'kim', '', text('description', 'Siden kl. 8 …'), change('UNSPECIFIED', 'REGISTERED')),
  event('ticket.taken', '2026-11-02T07:31:00Z', 'mette', 'spoc', {}, change('REGISTERED', 'ASSIGNED')),
  event('ticket.work_started', '2026-11-02T07:31:30Z', 'mette', 'spoc', {}, change('ASSIGNED', 'IN_PROGRESS')),
  event(
    'ticket.internal_note_added',
    '2026-11-02T08:40:00Z',
    'mette',
    'spoc',
    text('note', 'Ligner fejlen fra i foråret. Driften bør se på lastbalanceren først.'),
  ),
  event('ticket.hand_over_offered', '2026-11-02T08:50:00Z', 'mette', 'spoc', text('reason', 'Driftsfejl: kræver adgang til lastbalanceren.')),
  event('ticket.handed_over', '2026-11-02T09:05:00Z', 'lars', 'netic', {}, change('IN_PROGRESS', 'ASSIGNED')),
  event('ticket.held', '2026-11-02T13:00:00Z', 'lars', 'netic', text('reason', 'Sker det også uden for åbningstid?'), change('IN_PROGRESS', 'AWAITING_USER')),
  event('ticket.work_logged', '2026-11-02T20:10:00Z', 'anna', 'arosii', text('note', 'Forbindelsespuljen er for lille.'), { minutes: 45 }),
  event('ticket.resolved', '2026-11-03T06:15:00Z', 'anna', 'arosii', text('solution', 'Puljen er øget fra 20 til 60.'), change('IN_PROGRESS', 'RESOLVED')),
  event('ticket.solution_rejected', '2026-11-03T09:00:00Z', 'kim', '', text('reason', 'Det sker stadig i Hjørring.'), change('RESOLVED', 'IN_PROGRESS')),
  event('ticket.note_added', '2026-11-03T10:00:00Z', 'kim', '', { texts: [{ name: 'note', languageCode: 'da', text: '', erased: true }] }),
  event('ticket.held', '2026-11-03T11:20:00Z', 'lars', 'netic', text('reason', 'Arosii ser på Hjørrings gateway.'), change('IN_PROGRESS', 'AWAITING_SUPPLIER')),
  event('ticket.hand_over_offered', '2026-11-03T14:40:00Z', 'lars', 'netic', text('reason', 'Fejlen er i applikationen.')),
]

export const journey: Journey = { name, intervals, events, traceId: '4bf92f3577b34da6a3ce929d0e0e4736' }

const told = (id: string, who: string, template: string, delivery: Notification['delivery'], at: string, reason = ''): Notification => ({
  name: `desks/nsp/notifications/${id}`,
  ticket: name,
  recipient: person(who),
  template,
  reason,
  createTime: at,
  settleTime: at,
  ...(delivery ? { delivery } : {}),
})

export const notifications: Notification[] = [
  told('3', 'kim', 'resolved', 'DELIVERY_SENT', '2026-11-03T06:15:02Z'),
  told('2', 'kim', 'handed_over', 'DELIVERY_FAILED', '2026-11-02T09:05:01Z', 'SMTP_550'),
  told('1', 'kim', 'work_started', 'DELIVERY_SENT', '2026-11-02T07:31:31Z'),
]

/** Three files: one for everybody, an internal one, and one in which malware was found. */
export const attachments: Attachment[] = [
  { id: '0198a1b2-0000-7000-8000-000000000001', fileName: 'stamkort-fejl.heic', mediaType: 'image/heic', sizeBytes: '2411724' },
  { id: '0198a1b2-0000-7000-8000-000000000002', fileName: 'netic.log', mediaType: 'text/plain; charset=utf-8', sizeBytes: '812', internal: true },
  { id: '0198a1b2-0000-7000-8000-000000000003', fileName: 'faktura.pdf', mediaType: 'application/pdf', sizeBytes: '70211', state: 'ATTACHMENT_STATE_QUARANTINED' as const },
].map(({ id, state = 'ATTACHMENT_STATE_AVAILABLE' as const, ...file }) => ({
  ...file,
  state,
  name: `desks/nsp/attachments/${id}`,
  ticket: 'desks/nsp/tickets/ASCP00000042',
  receiveTime: '2026-11-03T13:20:00Z',
}))
