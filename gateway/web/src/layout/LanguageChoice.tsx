import { useTranslation } from 'react-i18next'
import { type Language, languages, speak } from '../i18n/languages'
import { Icon } from './Icon'

/** The design system shows the present language first. The links also work in a new tab. */
export function LanguageChoice() {
  const { t, i18n } = useTranslation()
  const all = Object.keys(languages) as Language[]
  const ordered = [...all.filter((one) => one === i18n.language), ...all.filter((one) => one !== i18n.language)]
  return (
    <nav className="language-switcher" aria-label={t('common.language')}>
      <div className="container">
        <ul>
          {ordered.map((language) => (
            <li key={language}>
              <a
                href={`?lang=${language}`}
                lang={language}
                hrefLang={language}
                {...(language === i18n.language ? { 'aria-current': 'true' } : {})}
                onClick={(click) => {
                  if (click.ctrlKey || click.metaKey || click.shiftKey) return
                  click.preventDefault()
                  void speak(language)
                }}
              >
                {language === i18n.language && <Icon name="check" />}
                {languages[language]}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </nav>
  )
}
