import type { ReactNode } from 'react'
import { Icon } from './Icon'

type Kind = 'info' | 'success' | 'warning' | 'error'

/** The design system's message. What has gone wrong interrupts a screen reader, what merely informs does not. */
export function Alert({ kind, heading, children }: { kind: Kind; heading?: string; children: ReactNode }) {
  const urgent = kind === 'warning' || kind === 'error'
  return (
    <div className={`alert alert-${kind}`} {...(urgent ? { role: 'alert' } : {})}>
      <Icon name={kind} className="alert-icon" />
      <div className="alert-body">
        {heading && <h2 className="alert-heading">{heading}</h2>}
        <div className="alert-text">{children}</div>
      </div>
    </div>
  )
}
