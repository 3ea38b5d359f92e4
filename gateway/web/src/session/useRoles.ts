import { api } from '../api/client'
import { useSession } from './useSession'

const slow = { staleTime: 5 * 60_000, retry: false }

/** What the reader is in a desk; nothing for whoever only reports there. The services decide, not this. */
export function useMemberships(desk: string) {
  const person = useSession().data?.person ?? ''
  const mine = api.useQuery(
    'get',
    '/v1/desks/{desk}/memberships',
    { params: { path: { desk }, query: { person: `desks/${desk}/persons/${person}`, pageSize: 500 } } },
    { ...slow, enabled: person !== '' },
  )
  return mine.data?.memberships ?? []
}

/** The roles that the reader holds in a desk, whatever the party. */
export function useRoles(desk: string): ReadonlySet<string> {
  return new Set(useMemberships(desk).flatMap(({ roles }) => roles))
}
