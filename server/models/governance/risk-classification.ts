import type { RiskClass, RiskClassification, RiskRecord } from '@stroma/contracts';

export interface Classified {
  risk_class: RiskClass;
  basis: RiskRecord['basis'];
}

/**
 * The class that follows from the answers, with each reason and its article of Regulation (EU) 2024/1689. `unclassified`
 * while an answer that decides is missing; a class that answers leave no doubt of is told although others are missing.
 */
export function classifyRisk(answers: RiskClassification): Classified {
  const { scope, prohibited, safety_component, annex_iii, profiles_persons, transparency } = answers;
  const because = (article: string, ...reasons: readonly string[]): RiskRecord['basis'] =>
    reasons.map((reason) => ({ article, because: reason }));
  if (scope === 'research_only') return { risk_class: 'out_of_scope', basis: because('2(6)', scope) };
  if (scope === 'not_in_service') return { risk_class: 'out_of_scope', basis: because('2(8)', scope) };
  if (scope === null) return { risk_class: 'unclassified', basis: because('2', 'scope_open') };
  if (prohibited !== null && prohibited.length > 0)
    return { risk_class: 'prohibited', basis: because('5(1)', ...prohibited) };
  if (safety_component === true)
    return {
      risk_class: prohibited === null ? 'unclassified' : 'high',
      basis: [...because('6(1)', 'safety_component'), ...open({ prohibited })],
    };
  const areas = because('6(2), Annex III', ...(annex_iii ?? []));
  if (areas.length > 0) {
    const excepted = answers.exceptions.length > 0;
    const basis = [
      ...areas,
      ...(excepted && profiles_persons === false ? because('6(3)', ...answers.exceptions) : []),
      ...(excepted && profiles_persons === true ? because('6(3)', 'profiles_persons') : []),
      ...(excepted && profiles_persons === null ? because('6(3)', 'profiling_open') : []),
      ...open({ prohibited, safety_component }),
    ];
    const isHigh = !excepted || profiles_persons === true;
    const isOpen =
      prohibited === null || (!isHigh && (profiles_persons === null || safety_component === null));
    if (isOpen) return { risk_class: 'unclassified', basis };
    if (isHigh) return { risk_class: 'high', basis };
    return lower(transparency, basis);
  }
  const missing = open({ prohibited, safety_component, annex_iii });
  if (missing.length > 0) return { risk_class: 'unclassified', basis: missing };
  return lower(transparency, []);
}

function lower(transparency: RiskClassification['transparency'], basis: RiskRecord['basis']): Classified {
  if (transparency === null)
    return { risk_class: 'unclassified', basis: [...basis, ...open({ transparency })] };
  const duties = transparency.map((because) => ({ article: '50', because }));
  if (duties.length > 0) return { risk_class: 'limited', basis: [...basis, ...duties] };
  return { risk_class: 'minimal', basis: [...basis, { article: '5, 6, 50', because: 'nothing_applies' }] };
}

const articles: Readonly<Record<string, string>> = {
  prohibited: '5(1)',
  safety_component: '6(1)',
  annex_iii: '6(2), Annex III',
  transparency: '50',
};

const open = (answers: Readonly<Record<string, unknown>>): RiskRecord['basis'] =>
  Object.entries(answers).flatMap(([name, answer]) =>
    answer === null ? [{ article: articles[name] ?? '', because: `${name}_open` }] : [],
  );
