import sprite from '../../node_modules/dkfds/dist/img/all-svg-icons.svg?url'

/** An icon of the design system; decoration only, so the words beside it must say it all. */
export function Icon({ name, className = '' }: { name: string; className?: string }) {
  return (
    <svg className={`icon-svg ${className}`} focusable="false" aria-hidden="true">
      <use href={`${sprite}#${name}`} />
    </svg>
  )
}
