const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/**
 * A length of time in its two largest units, such as "2 d 3 h"; `milliseconds` is not negative. What took less than a second did
 * take time: "< 1 sec".
 */
export function duration(milliseconds: number, language: string): string {
  if (milliseconds < 1_000) return `< ${format(1, 'second', language)}`
  const first = units.findIndex(([, size]) => milliseconds >= size)
  const chosen = units.slice(first, first + 2)
  let rest = milliseconds
  const parts: string[] = []
  for (const [unit, size] of chosen) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(format(count, unit, language))
  }
  return parts.join(' ')
}

function format(count: number, unit: string, language: string): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(count)
}
