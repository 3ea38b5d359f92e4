import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '../api/client'
import { useSession } from '../session/useSession'
import { lastPart } from './resourceName'

/** Says what a resource is called: its display name where the reader may know it, else the last part of its name. */
export type Names = (name: string | undefined) => string

const slow = { staleTime: 5 * 60_000 }

/**
 * Knows the parties of the desk, the groups of those parties that are mentioned, the persons mentioned, and the reader. Whoever may
 * not read persons (only agents may) sees the ids of others.
 */
export function useNames(desk: string, parties: string[], persons: string[]): Names {
  const path = { desk }
  const deskParties = api.useQuery('get', '/v1/desks/{desk}/parties', { params: { path, query: { pageSize: 500 } } }, slow)
  const { person, name: own } = useSession().data ?? {}
  const wanted = [...new Set(persons.filter(Boolean))].sort()
  const known = api.useQuery(
    'get',
    '/v1/desks/{desk}/persons:batchGet',
    { params: { path, query: { names: wanted } } },
    { ...slow, enabled: wanted.length > 0, retry: false },
  )
  const groups = useQueries({
    queries: [...new Set(parties.filter(Boolean))].map((party) => ({
      ...api.queryOptions('get', '/v1/desks/{desk}/parties/{party}/groups', {
        params: { path: { desk, party: lastPart(party) }, query: { pageSize: 500 } },
      }),
      ...slow,
    })),
    combine: (results) => results.flatMap((result) => result.data?.groups ?? []),
  })
  return useMemo(() => {
    const called = new Map<string, string>()
    if (person && own) called.set(`desks/${desk}/persons/${person}`, own)
    for (const { name, displayName } of [...(deskParties.data?.parties ?? []), ...groups, ...(known.data?.persons ?? [])]) {
      if (name && displayName) called.set(name, displayName)
    }
    return (name) => (name ? (called.get(name) ?? lastPart(name)) : '')
  }, [deskParties.data, groups, known.data, desk, person, own])
}
