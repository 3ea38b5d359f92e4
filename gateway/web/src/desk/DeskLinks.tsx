import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Icon } from '../layout/Icon'
import { useRoles } from '../session/useRoles'

/** What there is to do at a desk besides reading its tickets. */
export function DeskLinks({ desk }: { desk: string }) {
  const { t } = useTranslation()
  const roles = useRoles(desk)
  return (
    <nav aria-label={t('desk.todo')} className="bavn-todo">
      <ul className="nobullet-list no-max-width">
        <li>
          <Link className="button button-primary" to="/desks/$desk/report" params={{ desk }}>
            {t('report.title')}
          </Link>
        </li>
        {roles.has('agent') && (
          <li>
            <Link className="function-link" to="/desks/$desk/phone" params={{ desk }}>
              <Icon name="headset" />
              {t('phone.page')}
            </Link>
          </li>
        )}
        <li>
          <a className="function-link" href={`/board/${desk}`}>
            <Icon name="open-in-new" />
            {t('desk.board')}
          </a>
        </li>
      </ul>
    </nav>
  )
}
