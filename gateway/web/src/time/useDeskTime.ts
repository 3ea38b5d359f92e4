import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

export interface DeskTime {
  /** Day and clock, such as "2 Nov 2026, 08:15". */
  full: (at: string | number | undefined) => string
  /** The same without the year, for the ends of a chart. */
  short: (at: number) => string
}

/** Writes times in the reader's language and the desk's time zone, whichever zone the reader is in. */
export function useDeskTime(timeZone: string | undefined): DeskTime {
  const { i18n } = useTranslation()
  return useMemo(() => {
    const zone = timeZone || 'UTC'
    const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone } as const
    const full = new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', year: 'numeric', ...clock })
    const short = new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', ...clock })
    return {
      full: (at) => (at === undefined || at === '' ? '' : full.format(new Date(at))),
      short: (at) => short.format(new Date(at)),
    }
  }, [i18n.language, timeZone])
}
