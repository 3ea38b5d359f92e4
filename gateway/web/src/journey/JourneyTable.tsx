import { useTranslation } from 'react-i18next'
import type { Names } from '../names/useNames'
import { duration } from '../time/duration'
import type { DeskTime } from '../time/useDeskTime'
import type { Chart } from './lanes'

export function JourneyTable({ chart, names, time }: { chart: Chart; names: Names; time: DeskTime }) {
  const { t, i18n } = useTranslation()
  return (
    <table className="table table--compact table-md-responsive-headers">
      <caption className="sr-only">{t('journey.lead')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('journey.party')}</th>
          <th scope="col">{t('ticket.group')}</th>
          <th scope="col">{t('ticket.assignee')}</th>
          <th scope="col">{t('desk.status')}</th>
          <th scope="col">{t('journey.from')}</th>
          <th scope="col">{t('journey.to')}</th>
          <th scope="col">{t('journey.duration')}</th>
        </tr>
      </thead>
      <tbody>
        {chart.spans.map((span) => (
          <tr key={`${span.start}-${span.status}-${span.party}`}>
            <td data-title={t('journey.party')}>{names(span.party)}</td>
            <td data-title={t('ticket.group')}>{names(span.group) || t('ticket.queue')}</td>
            <td data-title={t('ticket.assignee')}>{names(span.assignee) || t('common.nobody')}</td>
            <td data-title={t('desk.status')}>{span.subStatus || t(`status.${span.status}`)}</td>
            <td data-title={t('journey.from')}>{time.full(span.start)}</td>
            <td data-title={t('journey.to')}>{span.ongoing ? t('journey.ongoing') : time.full(span.end)}</td>
            <td data-title={t('journey.duration')}>{duration(span.end - span.start, i18n.language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
