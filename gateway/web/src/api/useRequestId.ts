import { useRef } from 'react'

export interface RequestIds {
  /** The id of a content: what is sent again after a broken connection is the same call, and has its effect once. */
  of: (content: unknown) => string
  /** It has had its effect: the same content from now on is meant anew. */
  done: () => void
}

export function useRequestId(): RequestIds {
  const last = useRef({ content: '', id: '' })
  const ids = useRef<RequestIds>({
    of: (content) => {
      const said = JSON.stringify(content)
      if (last.current.content !== said) last.current = { content: said, id: crypto.randomUUID() }
      return last.current.id
    },
    done: () => {
      last.current = { content: '', id: '' }
    },
  })
  return ids.current
}
