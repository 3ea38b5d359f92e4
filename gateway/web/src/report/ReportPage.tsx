import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api } from '../api/client'
import { Waiting } from '../layout/Waiting'
import { WentWrong } from '../layout/WentWrong'
import { useTitle } from '../layout/useTitle'
import { lastPart } from '../names/resourceName'
import { ReportForm } from './ReportForm'

/** The forms of a desk (R31); whoever has only one is there at once. */
export function ReportPage({ desk, form }: { desk: string; form?: string | undefined }) {
  const { t } = useTranslation()
  const forms = api.useQuery('get', '/v1/desks/{desk}/forms', { params: { path: { desk }, query: { pageSize: 500 } } })
  const list = forms.data?.forms ?? []
  const chosen = form ?? (list.length === 1 ? lastPart(list[0]?.name) : '')
  useTitle(t('report.title'))
  if (chosen) return <ReportForm desk={desk} form={chosen} key={chosen} />
  if (forms.isPending) return <Waiting />
  return (
    <>
      <h1>{t('report.title')}</h1>
      {forms.isError && <WentWrong error={forms.error} retry={() => void forms.refetch()} />}
      {forms.isSuccess && <p className="font-lead">{t(list.length > 0 ? 'report.choose' : 'report.noForms')}</p>}
      <ul className="bavn-desks nobullet-list no-max-width">
        {list.map((one) => (
          <li key={one.name}>
            <Link className="bavn-desk" to="/desks/$desk/report/$form" params={{ desk, form: lastPart(one.name) }}>
              <span className="bavn-desk-name">{one.displayName}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}
