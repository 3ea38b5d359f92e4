import { useEffect } from 'react'

/** Names the page for tabs, bookmarks and screen readers. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = title ? `${title} · Bavn` : 'Bavn'
  }, [title])
}
