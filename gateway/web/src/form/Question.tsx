import { useTranslation } from 'react-i18next'
import type { FormQuestion } from '../api/client'
import { Choices, Field } from './Field'
import { FilesInput } from './FilesInput'
import { localTime } from './localTime'

interface Props {
  desk: string
  question: FormQuestion
  id: string
  answer: string
  error: string | undefined
  change: (answer: string) => void
  /** The reader has left it: from now on it is said what is wrong with it. */
  left: () => void
}

/** A question of a form, by what is entered. */
export function Question({ desk, question, id, answer, error, change, left }: Props) {
  const { t } = useTranslation()
  const said = { label: question.text ?? '', hint: question.help || undefined, error, optional: !question.required, id }
  const options = (question.options ?? []).map((option) => ({ id: option.id ?? '', text: option.text ?? '' }))
  switch (question.type) {
    case 'FIELD_TYPE_FILES':
      return <FilesInput {...said} desk={desk} changed={change} />
    case 'FIELD_TYPE_YES_NO':
      return (
        <Choices
          {...said}
          options={[
            { id: 'yes', text: t('form.yes') },
            { id: 'no', text: t('form.no') },
          ]}
          chosen={[answer]}
          choose={([one = '']) => change(one)}
        />
      )
    case 'FIELD_TYPE_CHOICES':
      return (
        <Choices
          {...said}
          several
          options={options}
          chosen={answer.split(',').filter(Boolean)}
          choose={(chosen) => change(options.flatMap((one) => (chosen.includes(one.id) ? [one.id] : [])).join(','))}
        />
      )
    case 'FIELD_TYPE_CHOICE':
      return (
        <Field {...said}>
          {(input) => (
            <select {...input} className="form-select" value={answer} onChange={(event) => change(event.target.value)} onBlur={left}>
              <option value="">{t('form.choose')}</option>
              {options.map((option) => (
                <option key={option.id} value={option.id}>
                  {option.text}
                </option>
              ))}
            </select>
          )}
        </Field>
      )
    case 'FIELD_TYPE_TEXT':
      return (
        <Field {...said}>
          {(input) => (
            <textarea {...input} className="form-input" rows={5} value={answer} onChange={(event) => change(event.target.value)} onBlur={left} />
          )}
        </Field>
      )
    case 'FIELD_TYPE_TIME':
      return (
        <Field {...said}>
          {(input) => (
            <input
              {...input}
              className="form-input"
              type="datetime-local"
              value={answer ? localTime(new Date(answer)) : ''}
              onChange={(event) => change(event.target.value ? new Date(event.target.value).toISOString() : '')}
              onBlur={left}
            />
          )}
        </Field>
      )
    default:
      return (
        <Field {...said}>
          {(input) => (
            <input
              {...input}
              className="form-input"
              type={question.type === 'FIELD_TYPE_PHONE' ? 'tel' : question.type === 'FIELD_TYPE_EMAIL' ? 'email' : 'text'}
              value={answer}
              onChange={(event) => change(event.target.value)}
              onBlur={left}
            />
          )}
        </Field>
      )
  }
}
