/** The mark: a fire on a hill. */
export function Beacon() {
  return (
    <svg className="bavn-beacon" viewBox="0 0 32 32" focusable="false" aria-hidden="true">
      <path fill="#004D99" d="M2 29 12 15h8l10 14z" />
      <path
        fill="#D94801"
        d="M16 2c1 4 5 5.500 5 9.500A5 5 0 0 1 16 16.500a5 5 0 0 1-5-5C11 9 13 8 13.500 6c1 .8 1.500 1.600 1.700 2.600C16.200 6.800 16.400 4.500 16 2z"
      />
    </svg>
  )
}
