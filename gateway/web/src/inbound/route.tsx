import { useParams } from '@tanstack/react-router'
import { InboundItemPage } from './InboundItemPage'
import { InboundPage } from './InboundPage'

export function Inbound() {
  const { desk = '', item } = useParams({ strict: false })
  return item ? <InboundItemPage desk={desk} item={item} key={item} /> : <InboundPage desk={desk} />
}
