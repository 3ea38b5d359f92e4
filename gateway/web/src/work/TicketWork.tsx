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
  // A gate may be satisfied by what is written with the solution; nothing else that stands in the way can be.
  const canResolve = resolve && (resolve.possible || (resolve.obstacles?.length && resolve.obstacles.every(({ reason }) => reason === 'GATE_NOT_MET')))
  return (
    <>
      <Proposals desk={desk} ticket={ticket.name ?? ''} names={names} time={time} />
      {resolve && canResolve && <ResolveSection desk={desk} number={number} step={resolve} changed={() => void queries.invalidateQueries()} />}
    </>
  )
}
