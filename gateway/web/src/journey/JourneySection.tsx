import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Journey } from '../api/client'
import type { Names } from '../names/useNames'
import { duration } from '../time/duration'
import type { DeskTime } from '../time/useDeskTime'
import { JourneyChart } from './JourneyChart'
import { JourneyTable } from './JourneyTable'
import { Totals } from './Totals'
import { chartOf } from './lanes'

/** Who had the ticket, when, in which status: as a picture, as totals, and as a table that says it all. */
export function JourneySection({ journey, names, time }: { journey: Journey; names: Names; time: DeskTime }) {
  const { t, i18n } = useTranslation()
  const chart = useMemo(() => chartOf(journey.intervals ?? [], Date.now()), [journey])
  return (
    <section aria-labelledby="journey">
      <h2 id="journey">{t('journey.title')}</h2>
      {chart.lanes.length === 0 ? (
        <p>{t('journey.empty')}</p>
      ) : (
        <>
          <p>
            {t('journey.summary', {
              count: chart.lanes.length,
              handOvers: t('journey.handOvers', { count: chart.handOvers.length }),
              total: duration(chart.end - chart.start, i18n.language),
            })}
          </p>
          <JourneyChart chart={chart} names={names} time={time} />
          <Totals chart={chart} names={names} />
          <details className="details">
            <summary className="details-summary">{t('journey.asTable')}</summary>
            <div className="details-text bavn-details">
              <JourneyTable chart={chart} names={names} time={time} />
            </div>
          </details>
        </>
      )}
    </section>
  )
}
