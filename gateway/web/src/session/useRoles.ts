import { api } from '../api/client'
import { useSession } from './useSession'

const slow = { staleTime: 5 * 60_000, retry: false }

/** The roles that the reader holds in a desk, whatever the party; none for whoever only reports there. The services decide, not this. */
export function useRoles(desk: string): ReadonlySet<string> {
  const person = useSession().data?.person ?? ''
  const mine = api.useQuery(
    'get',
    '/v1/desks/{desk}/memberships',
    { params: { path: { desk }, query: { person: `desks/${desk}/persons/${person}`, pageSize: 500 } } },
    { ...slow, enabled: person !== '' },
  )
  return new Set(mine.data?.memberships?.flatMap(({ roles }) => roles))
}
