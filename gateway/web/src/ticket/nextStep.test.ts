import { describe, expect, it } from 'vitest'
import type { Ticket } from '../api/client'
import { nextSteps } from './nextStep'

const ticket: Ticket = {
  status: 'TICKET_STATUS_IN_PROGRESS',
  holderParty: 'desks/nsp/parties/netic',
  holderGroup: 'desks/nsp/parties/netic/groups/drift',
  ownerParty: 'desks/nsp/parties/sds',
  reporter: 'desks/nsp/persons/kim',
  assignee: 'desks/nsp/persons/lars',
}

describe('what happens next', () => {
  it('is that the assignee works on it', () => {
    expect(nextSteps(ticket)).toMatchObject([{ text: 'inProgress', who: ticket.assignee, holder: ticket.holderGroup }])
  })
  it('is the group’s turn while nobody in it has taken the ticket', () => {
    expect(nextSteps({ ...ticket, assignee: '', status: 'TICKET_STATUS_ASSIGNED' })).toMatchObject([
      { text: 'assigned', who: ticket.holderGroup },
    ])
  })
  it('is first of all the answer to an offer, and the giver has it until then', () => {
    const steps = nextSteps({
      ...ticket,
      handOver: { party: 'desks/nsp/parties/kmd', group: '', expireTime: '2026-11-02T10:00:00Z' },
      transfer: { party: 'desks/nsp/parties/kmd' },
    })
    expect(steps.map((step) => step.text)).toEqual(['handOver', 'transfer', 'inProgress'])
    expect(steps[0]).toMatchObject({ to: 'desks/nsp/parties/kmd', holder: ticket.holderGroup })
  })
  it('is the user’s check of a solution, and after that the owner’s', () => {
    const resolved: Ticket = { ...ticket, status: 'TICKET_STATUS_RESOLVED' }
    expect(nextSteps(resolved)).toMatchObject([{ text: 'resolved', user: ticket.reporter, owner: ticket.ownerParty }])
    expect(nextSteps({ ...resolved, solutionAccepted: true })).toMatchObject([{ text: 'accepted' }])
  })
})
