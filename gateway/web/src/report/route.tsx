import { useParams } from '@tanstack/react-router'
import { ReportPage } from './ReportPage'

export function Report() {
  const { desk = '', form } = useParams({ strict: false })
  return <ReportPage desk={desk} form={form} />
}
