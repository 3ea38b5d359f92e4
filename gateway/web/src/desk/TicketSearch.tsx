import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

/** As in the contract: TicketService's pattern of a ticket's last name part. */
const ticketNumber = /^[A-Z0-9][A-Z0-9-]{3,31}$/

/** Leads to a ticket by its number. */
export function TicketSearch({ desk }: { desk: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [refused, setRefused] = useState(false)

  function submit(event: FormEvent) {
    event.preventDefault()
    const ticket = input.current?.value.trim().toUpperCase() ?? ''
    setRefused(!ticketNumber.test(ticket))
    if (ticketNumber.test(ticket)) void navigate({ to: '/desks/$desk/tickets/$ticket', params: { desk, ticket } })
    else input.current?.focus()
  }

  return (
    <form role="search" onSubmit={submit} noValidate className="bavn-search">
      <div className={`form-group${refused ? ' form-error' : ''}`}>
        <label className="form-label" htmlFor={id}>
          {t('desk.search')}
        </label>
        <span className="form-hint" id={`${id}-hint`}>
          {t('desk.searchHint')}
        </span>
        {refused && (
          <span className="form-error-message" id={`${id}-error`}>
            {t('desk.bad')}
          </span>
        )}
        <div className="bavn-search-row">
          <input
            ref={input}
            className="form-input"
            id={id}
            name="ticket"
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            aria-describedby={refused ? `${id}-error ${id}-hint` : `${id}-hint`}
            aria-invalid={refused}
          />
          <button type="submit" className="button button-primary">
            {t('desk.go')}
          </button>
        </div>
      </div>
    </form>
  )
}
