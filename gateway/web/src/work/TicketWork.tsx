import { useQueryClient } from '@tanstack/react-query'
import { api, type Ticket } from '../api/client'
import type { Names } from '../names/useNames'
import type { DeskTime } from '../time/useDeskTime'
import { Proposals } from './Proposals'
import { ResolveSection } from './ResolveSection'

interface Props {
  desk: string
  number: string
  ticket: Ticket
  names: Names
  time: DeskTime
}

/** What an agent can do with the ticket now, as the service explains it. */
export default function TicketWork({ desk, number, ticket, names, time }: Props) {
  const queries = useQueryClient()
  const why = api.useQuery(
    'get',
    '/v1/desks/{desk}/tickets/{ticket}:explain',
    { params: { path: { desk, ticket: number } } },
    { retry: false },
  )
  const resolve = why.data?.steps?.find(({ step }) => step === 'resolve')
  // What is missing can be said, with the solution or before; a step that is not the reader's, or not now, is not shown.
  const missing = ['GATE_NOT_MET', 'FACTS_MISSING']
  const canResolve =
    resolve && (resolve.possible || (resolve.obstacles?.length && resolve.obstacles.every(({ reason = '' }) => missing.includes(reason))))
  return (
    <>
      <Proposals desk={desk} ticket={ticket.name ?? ''} names={names} time={time} />
      {resolve && canResolve && <ResolveSection desk={desk} number={number} step={resolve} changed={() => void queries.invalidateQueries()} />}
    </>
  )
}
