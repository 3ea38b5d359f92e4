import { useMutation, useQuery } from '@tanstack/react-query'

/** What the gateway says about who is signed in. Not part of the API: sessions are between the page and the gateway. */
export interface Session {
  /** False where only scripts with tokens are served. */
  available: boolean
  signedIn: boolean
  person?: string
  name?: string
  ends?: string
}

export function useSession() {
  return useQuery({
    queryKey: ['session'],
    queryFn: async (): Promise<Session> => {
      const response = await fetch('/auth/session', { headers: { Accept: 'application/json' } })
      if (!response.ok) throw new Error(`session: HTTP ${response.status}`)
      return (await response.json()) as Session
    },
    staleTime: 60_000,
  })
}

/** Ends the session here and, where the issuer has a page for it, there. */
export function useSignOut() {
  return useMutation({
    mutationFn: async () => {
      const response = await fetch('/auth/sign-out', { method: 'POST' })
      if (!response.ok) throw new Error(`sign out: HTTP ${response.status}`)
      return (await response.json()) as { continue: string }
    },
    onSuccess: (answer) => {
      location.assign(answer.continue)
    },
  })
}

/** Where signing in begins; it comes back to the present page. */
export function signInAddress(): string {
  const here = new URL(location.href)
  here.searchParams.delete('sign-in')
  return `/auth/sign-in?return=${encodeURIComponent(here.pathname + here.search)}`
}
