import { describe, expect, it } from 'vitest'
import { duration } from './duration'

describe('a length of time', () => {
  it.each([
    [0, '< 1 sec'],
    [999, '< 1 sec'],
    [1_000, '1 sec'],
    [59_000, '59 sec'],
    [61_000, '1 min 1 sec'],
    [3_600_000, '1 hr'],
    [2 * 86_400_000 + 3 * 3_600_000 + 59 * 60_000, '2 days 3 hr'],
  ])('%i ms is %s', (milliseconds, text) => {
    expect(duration(milliseconds, 'en')).toBe(text)
  })
  it('speaks the reader’s language', () => {
    expect(duration(3_600_000, 'da')).toBe('1 t.')
    expect(duration(60_000, 'sv')).toBe('1 min')
    expect(duration(20, 'da')).toBe('< 1 sek.')
    expect(duration(20, 'sv')).toBe('< 1 s')
  })
})
