import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Icon } from '../layout/Icon'
import { useRoles } from '../session/useRoles'

/** What there is to do at a desk besides reading its tickets. */
export function DeskLinks({ desk }: { desk: string }) {
  const { t } = useTranslation()
  const roles = useRoles(desk)
  const any = (...wanted: string[]) => wanted.some((role) => roles.has(role))
  return (
    <nav aria-label={t('desk.todo')} className="bavn-todo">
      <ul className="nobullet-list no-max-width">
        <li>
          <Link className="button button-primary" to="/desks/$desk/report" params={{ desk }}>
            {t('report.title')}
          </Link>
        </li>
        {any('agent') && (
          <li>
            <Link className="function-link" to="/desks/$desk/phone" params={{ desk }}>
              <Icon name="headset" />
              {t('phone.page')}
            </Link>
          </li>
        )}
        {any('agent', 'dispatcher', 'coordinator', 'administrator') && (
          <li>
            <Link className="function-link" to="/desks/$desk/inbound" params={{ desk }}>
              <Icon name="email" />
              {t('inbound.title')}
            </Link>
          </li>
        )}
        {roles.size > 0 && (
          <li>
            <Link className="function-link" to="/desks/$desk/announcements" params={{ desk }}>
              <Icon name="notifications" />
              {t('announcements.title')}
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
