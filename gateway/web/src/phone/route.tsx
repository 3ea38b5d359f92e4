import { useParams } from '@tanstack/react-router'
import { PhonePage } from './PhonePage'

export function Phone() {
  const { desk = '' } = useParams({ strict: false })
  return <PhonePage desk={desk} key={desk} />
}
