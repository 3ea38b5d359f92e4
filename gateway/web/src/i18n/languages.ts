import i18n from 'i18next'
import { initReactI18next } from 'react-i18next'
import da from './da'
import en from './en'
import sv from './sv'

export const languages = { da: 'Dansk', sv: 'Svenska', en: 'English' } as const

export type Language = keyof typeof languages

const key = 'bavn.language'

function isLanguage(tag: string | null | undefined): tag is Language {
  return tag !== null && tag !== undefined && tag in languages
}

/** The reader's choice (`?lang=`, remembered), else what the browser prefers, else Danish. */
function preferred(): Language {
  const asked = new URLSearchParams(location.search).get('lang')
  if (isLanguage(asked)) remember(asked)
  const candidates = [asked, remembered(), ...navigator.languages.map((tag) => tag.split('-')[0])]
  return candidates.find(isLanguage) ?? 'da'
}

function remembered(): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null // storage is switched off: the choice lasts for this page
  }
}

function remember(language: Language) {
  try {
    localStorage.setItem(key, language)
  } catch {
    /* as above */
  }
}

export async function startLanguages(): Promise<void> {
  await i18n.use(initReactI18next).init({
    resources: { da: { translation: da }, sv: { translation: sv }, en: { translation: en } },
    lng: preferred(),
    fallbackLng: 'en',
    interpolation: { escapeValue: false }, // React escapes
  })
  document.documentElement.lang = i18n.language
}

/** Changes the language in place. */
export async function speak(language: Language): Promise<void> {
  remember(language)
  await i18n.changeLanguage(language)
  document.documentElement.lang = language
}

export default i18n
