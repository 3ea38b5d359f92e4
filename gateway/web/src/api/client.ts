import createFetchClient from 'openapi-fetch'
import createQueryClient from 'openapi-react-query'
import i18n from '../i18n/languages'
import { withProblem } from './problem'
import type { components, paths } from './schema'

type Schemas = components['schemas']

export type Desk = Schemas['triage.Desk']
export type Ticket = Schemas['triage.Ticket']
export type TicketStatus = NonNullable<Ticket['status']>
export type StatusClass = NonNullable<Ticket['statusClass']>
export type Journey = Schemas['reporting.Journey']
export type Interval = Schemas['reporting.Interval']
export type FeedEvent = Schemas['event.Event']
export type Attachment = Schemas['intake.Attachment']
export type CallDue = Schemas['intake.CallDue']
export type Caller = Schemas['intake.Caller']
export type Form = Schemas['intake.Form']
export type FormCheck = Schemas['intake.ValidateFormResponse']
export type FormQuestion = Schemas['intake.FormQuestion']
export type QuickTicket = Schemas['intake.QuickTicket']
export type Submission = Schemas['intake.Submission']
export type TicketTemplate = Schemas['intake.TicketTemplate']
export type InboundItem = Schemas['intake.InboundItem']
export type Proposal = Schemas['notify.Proposal']
export type Announcement = Schemas['notify.Announcement']
export type Step = Schemas['triage.StepExplanation']
export type Text = Schemas['profile.Text']
export type Notification = Schemas['notify.Notification']

const client = createFetchClient<paths>({ baseUrl: '/' })

client.use({
  onRequest: ({ request }) => {
    request.headers.set('Accept-Language', i18n.language) // refusals are written by the services
    return request
  },
  onResponse: ({ response }) => withProblem(response),
})

/** The API, typed by the contract: `api.useQuery('get', '/v1/desks', …)`. */
export const api = createQueryClient(client)
