import { useTranslation } from 'react-i18next'
import type { Names } from '../names/useNames'
import { duration } from '../time/duration'
import type { Chart } from './lanes'

/** The party clocks of the ticket. */
export function Totals({ chart, names }: { chart: Chart; names: Names }) {
  const { t, i18n } = useTranslation()
  const all = chart.lanes.reduce((sum, lane) => sum + lane.total, 0)
  const share = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0 })
  return (
    <table className="table table--compact table-md-responsive-headers bavn-totals">
      <caption className="bavn-caption">{t('journey.totals')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('journey.party')}</th>
          <th scope="col">{t('journey.total')}</th>
          <th scope="col">{t('journey.share')}</th>
          <th scope="col">{t('journey.ran')}</th>
          <th scope="col">{t('journey.stood')}</th>
        </tr>
      </thead>
      <tbody>
        {chart.lanes.map((lane) => (
          <tr key={lane.party}>
            <td data-title={t('journey.party')}>{names(lane.party)}</td>
            <td data-title={t('journey.total')}>{duration(lane.total, i18n.language)}</td>
            <td data-title={t('journey.share')}>{share.format(all > 0 ? lane.total / all : 0)}</td>
            <td data-title={t('journey.ran')}>{duration(lane.total - lane.waiting, i18n.language)}</td>
            <td data-title={t('journey.stood')}>{duration(lane.waiting, i18n.language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
