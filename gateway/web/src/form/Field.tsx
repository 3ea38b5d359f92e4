import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'

/** What a field's input must have, so that its label, its help and what is wrong with it belong to it. */
export interface FieldInput {
  id: string
  'aria-invalid': boolean
  'aria-describedby'?: string
}

interface Props {
  label: string
  hint?: string | undefined
  error?: string | undefined
  /** Says so where it may be left empty. */
  optional?: boolean
  /** Where a summary of what is wrong leads to. */
  id?: string
  children: (input: FieldInput) => ReactNode
}

/** One field of a form, as the design system has it. */
export function Field({ label, hint, error, optional, id, children }: Props) {
  const { t } = useTranslation()
  const made = useId()
  const own = id ?? made
  const about = [error && `${own}-error`, hint && `${own}-hint`].filter(Boolean).join(' ')
  return (
    <div className={`form-group${error ? ' form-error' : ''}`}>
      <label className="form-label" htmlFor={own}>
        {label}
        {optional && <span className="bavn-optional"> {t('form.optional')}</span>}
      </label>
      <Said id={own} hint={hint} error={error} />
      {children({ id: own, 'aria-invalid': Boolean(error), ...(about ? { 'aria-describedby': about } : {}) })}
    </div>
  )
}

interface ChoicesProps extends Omit<Props, 'children'> {
  options: { id: string; text: string }[]
  chosen: string[]
  /** One of them, or any number. */
  several?: boolean
  choose: (chosen: string[]) => void
}

/** A field that is answered by choosing. */
export function Choices({ label, hint, error, optional, id, options, chosen, several, choose }: ChoicesProps) {
  const { t } = useTranslation()
  const made = useId()
  const own = id ?? made
  const kind = several ? 'checkbox' : 'radio'
  const about = [error && `${own}-error`, hint && `${own}-hint`].filter(Boolean).join(' ')
  return (
    <div className={`form-group${error ? ' form-error' : ''}`}>
      <fieldset {...(about ? { 'aria-describedby': about } : {})}>
        <legend className="form-label">
          {label}
          {optional && <span className="bavn-optional"> {t('form.optional')}</span>}
        </legend>
        <Said id={own} hint={hint} error={error} />
        {options.map((option, i) => {
          const of = i === 0 ? own : `${own}-${option.id}`
          const picked = chosen.includes(option.id)
          return (
            <div className={`form-group-${kind}`} key={option.id}>
              <input
                className={`form-${kind}`}
                type={kind}
                id={of}
                name={own}
                checked={picked}
                onChange={() =>
                  choose(several ? (picked ? chosen.filter((one) => one !== option.id) : [...chosen, option.id]) : [option.id])
                }
              />
              <label className="form-label" htmlFor={of}>
                {option.text}
              </label>
            </div>
          )
        })}
      </fieldset>
    </div>
  )
}

function Said({ id, hint, error }: { id: string; hint?: string | undefined; error?: string | undefined }) {
  return (
    <>
      {hint && (
        <span className="form-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error && (
        <span className="form-error-message" id={`${id}-error`}>
          {error}
        </span>
      )}
    </>
  )
}
