export const injectionSigns = [
  'override',
  'new_role',
  'reveal_instructions',
  'fake_turn',
  'send_out',
  'reach_further',
  'address_model',
  'demand',
  'hidden_text',
] as const;
export type InjectionSign = (typeof injectionSigns)[number];

export interface Pattern {
  sign: InjectionSign;
  /** Of which 1 is enough by itself. */
  weight: number;
  /** Over plain text: lower case, no accents. */
  matches: RegExp;
}

const pattern = (sign: InjectionSign, weight: number, matches: RegExp): Pattern => ({
  sign,
  weight,
  matches,
});

/**
 * What people write to a language model to make it do something else than it is for. Gaps are bounded, so that each
 * pattern takes time linear in the text. English, German, French, Spanish, Italian, Portuguese, Dutch, Polish,
 * Russian, Chinese, Japanese. The kinds follow OWASP LLM01:2025 and Greshake et al. 2023, doi:10.1145/3605764.3623985.
 */
export const patterns: readonly Pattern[] = [
  // Do not follow what you were told.
  pattern(
    'override',
    1,
    /\b(?:ignore|disregard|forget|override|bypass|neglect|discard|drop|skip)\b.{0,30}?\b(?:all|any|the|your|my|these|those|previous|prior|above|earlier|preceding|former|original|system)\b.{0,40}?\b(?:instructions?|prompts?|rules?|directives?|guidelines?|guardrails?|directions|commands?|restrictions?|safety|context|training|programming)\b/u,
  ),
  pattern(
    'override',
    1,
    /\b(?:ignore|disregard|forget)\b.{0,10}?\b(?:everything|anything|all|what)\b.{0,30}?\b(?:above|before|previously|told|said|prior|until now|so far|learned)\b/u,
  ),
  pattern(
    'override',
    1,
    /\b(?:do not|don'?t|stop|never|no longer)\s+(?:follow(?:ing)?|obey(?:ing)?|adhere to|comply with)\b.{0,30}?\b(?:instructions?|rules?|guidelines?|prompts?|policy|policies|restrictions?)\b/u,
  ),
  pattern(
    'override',
    1,
    /\b(?:new|updated|real|actual|important|urgent)\s+(?:system\s+)?(?:instructions?|directives?)\s*(?::|-|are\b|is\b|follow)/u,
  ),
  pattern(
    'override',
    1,
    /\b(?:ignorier\w*|missacht\w*|vergiss|vergesst|vergessen sie|umgeh\w*|uberschreib\w*|befolge)\b.{0,30}?\b(?:alle[sn]?|die|deine[nr]?|ihre|vorherigen|bisherigen|vorigen|obigen|fruheren|keine)\b.{0,40}?\b(?:anweisung\w*|instruktion\w*|regeln?|vorgaben?|befehle?|prompts?|richtlinien|einschrankung\w*)\b/u,
  ),
  pattern(
    'override',
    1,
    /\b(?:vergiss|vergesst|ignorier\w*)\b.{0,10}?\balles\b.{0,30}?\b(?:vorher|zuvor|bisher|oben|davor|gesagt)\w*/u,
  ),
  pattern(
    'override',
    1,
    /\b(?:ignore[rz]?|oublie[rz]?|neglige[rz]?|contourne[rz]?|ne (?:suis|suivez|tiens|tenez))\b.{0,30}?\b(?:les|tes|vos|toutes?|tous|ces|pas|compte)\b.{0,40}?\b(?:instructions?|consignes?|regles?|directives?|ordres|restrictions?)\b/u,
  ),
  pattern(
    'override',
    1,
    /\b(?:ignora|ignore[ns]?|olvida|olvide[ns]?|omite|desobedece|salta(?:te)?|esquece|esqueca|desconsidere|desconsidera)\b.{0,30}?\b(?:las|los|tus|sus|todas?|todos?|as|os|suas?|seus)\b.{0,40}?\b(?:instrucciones|ordenes|reglas|directrices|indicaciones|restricciones|instrucoes|ordens|regras|diretrizes|restricoes)\b/u,
  ),
  pattern(
    'override',
    1,
    /\b(?:ignora|dimentica|trascura|scorda(?:ti)?)\b.{0,30}?\b(?:le|tutte|tutti|le tue|queste|gli|i)\b.{0,40}?\b(?:istruzioni|regole|direttive|indicazioni|ordini|restrizioni)\b/u,
  ),
  pattern(
    'override',
    1,
    /\b(?:negeer|vergeet|omzeil)\b.{0,30}?\b(?:alle|de|je|jouw|uw|vorige|eerdere|bovenstaande)\b.{0,40}?\b(?:instructies|regels|opdrachten|richtlijnen|aanwijzingen)\b/u,
  ),
  pattern(
    'override',
    1,
    /\b(?:zignoruj|ignoruj|zapomnij|pomin)\b.{0,40}?\b(?:polecen\w*|instrukcj\w*|zasad\w*|wytyczn\w*|regul\w*)/u,
  ),
  pattern(
    'override',
    1,
    /(?:игнорир|проигнорир|забуд|не\s+следуй|обойди).{0,40}?(?:инструкци|указани|правил|команд|предыдущ|ограничени)/u,
  ),
  pattern(
    'override',
    1,
    /(?:忽略|无视|無視|忘记|忘掉|忘記|不要(?:遵守|理会|遵循)|跳过).{0,15}?(?:指令|指示|提示|规则|規則|说明|要求|限制|设定|內容|内容)/u,
  ),
  pattern(
    'override',
    1,
    /(?:指示|命令|ルール|規則|プロンプト|制限|設定).{0,10}?(?:無視|忘れ|破棄|従わない)/u,
  ),

  // Be somebody else.
  pattern(
    'new_role',
    1,
    /\b(?:dan mode|developer mode|god mode|jailbreak(?:ed|ing)?|do anything now|unfiltered mode|sudo mode|debug mode (?:on|enabled|activated)|entwicklermodus|mode developpeur|modo desarrollador|modo desenvolvedor)\b/u,
  ),
  pattern(
    'new_role',
    1,
    /\b(?:you are|you're|act as|behave as|pretend (?:to be|you are|that you are)|roleplay as|simulate|become)\b.{0,40}?\b(?:dan|unrestricted|uncensored|unfiltered|no (?:rules|restrictions|limits|filters?|guidelines)|without (?:any )?(?:rules|restrictions|limits|filters?|guidelines)|evil|root|superuser|the database administrator|an? administrator|admin(?:istrator)? (?:user|mode|with))\b/u,
  ),
  pattern(
    'new_role',
    0.6,
    /\b(?:from now on|starting now|ab jetzt|ab sofort|von nun an|a partir de maintenant|desormais|a partir de ahora|a partir de agora|d'ora in poi|vanaf nu)\b.{0,15}?\b(?:you|your|du|sie|bist|tu|vous|eres|usted|voce|sei|jij|je)\b/u,
  ),
  pattern(
    'new_role',
    0.7,
    /\b(?:you are now|you will now be|du bist (?:jetzt|nun|ab)|sie sind (?:jetzt|nun) ein|tu es (?:maintenant|desormais)|vous etes (?:maintenant|desormais)|ahora eres|agora voce e|ora sei|je bent nu)\b/u,
  ),
  pattern(
    'new_role',
    0.7,
    /(?:теперь ты|представь,? что ты|你现在是|你現在是|从现在开始你|假装你是|あなたは今から|今からあなたは)/u,
  ),

  // Say what you were told.
  pattern(
    'reveal_instructions',
    1,
    /\b(?:reveal|show|print|display|output|repeat|tell|give|leak|expose|dump|share|recite|what (?:is|are|was|were))\b.{0,30}?\b(?:your|the|me the|me your|us the|us your)\b.{0,20}?\b(?:system (?:prompt|message|instructions?)|initial (?:prompt|instructions?)|hidden (?:prompt|instructions?|rules)|secret (?:prompt|instructions?|rules|key)|original (?:prompt|instructions?)|prompt verbatim|pre-?prompt|api keys?|credentials|environment variables|access tokens?)\b/u,
  ),
  pattern(
    'reveal_instructions',
    1,
    /\b(?:repeat|print|output|copy|translate|summari[sz]e|wiederhol\w*|ubersetze)\b.{0,25}?\b(?:everything|all (?:the )?(?:text|words)|the (?:text|words)|alles|den text)\b.{0,20}?\b(?:above|before this|oben|preceding|davor|uber dieser)\b/u,
  ),
  pattern(
    'reveal_instructions',
    1,
    /\b(?:system-?prompt|systemanweisung\w*|systemnachricht|invite systeme|prompt (?:del )?sistema|prompt di sistema|prompt do sistema|consignes? initiales?|instrucciones iniciales|istruzioni iniziali)\b/u,
  ),
  pattern(
    'reveal_instructions',
    1,
    /(?:системн\p{L}{0,4} (?:промпт|инструкци|сообщени)|系统提示|系統提示|系统指令|システムプロンプト)/u,
  ),

  // A turn of the talk that never was, or marks that end what is quoted.
  pattern(
    'fake_turn',
    1,
    /<\|?(?:im_start|im_end|endoftext|system|user|assistant|eot_id|start_header_id)\|?>/u,
  ),
  pattern(
    'fake_turn',
    1,
    /\[\/?(?:inst|sys|system)\]|<<\/?sys>>|<\/?(?:system|instructions?|prompt|data|context|user_query)>/u,
  ),
  pattern(
    'fake_turn',
    0.8,
    /(?:^|\n)\s*(?:#{1,6}\s*)?(?:system|assistant|developer)\s*(?:message|prompt)?\s*:\s*\S/u,
  ),
  pattern(
    'fake_turn',
    0.8,
    /(?:^|\n)\s*#{2,6}\s*(?:system|instructions?|new task|response|end of|override)\b/u,
  ),
  pattern(
    'fake_turn',
    0.8,
    /(?:-{3,}|={3,}|\*{3,}|"{3}|`{3})\s*(?:end|begin|start|new|system|ende|anfang|fin)\b.{0,30}?(?:prompt|instructions?|data|system|context|input|anweisung\w*|daten)/u,
  ),

  // Take it somewhere else.
  pattern(
    'send_out',
    1,
    /\b(?:send|post|upload|exfiltrate|transmit|forward|email|mail|fetch|curl|wget|schick\w*|sende\w*|envoie\w*|envia\w*|invia\w*)\b.{0,60}?(?:https?:\/\/|\bwebhook\b|\bto (?:my|this|the following) (?:server|url|e-?mail|address)\b|[\w.+-]{1,40}@[\w-]{1,40}\.[a-z]{2,})/u,
  ),
  pattern('send_out', 1, /!\[[^\]\n]{0,80}\]\(\s*(?:https?:)?\/\//u),
  pattern(
    'send_out',
    0.8,
    /<(?:img|iframe|script|object|embed|link|svg)\b[^>]{0,200}(?:src|href|on\w+)\s*=/u,
  ),
  pattern('send_out', 0.5, /\b(?:base64|rot13|hex)[- ]?(?:encode|encoded|decode|decoded|kodier\w*)\b/u),

  // Read or change more than the tables asked about.
  pattern(
    'reach_further',
    1,
    /\b(?:read_csv|read_csv_auto|read_parquet|read_json|read_text|read_blob|glob|parquet_scan|sniff_csv|read_ndjson)\s*\(\s*['"]/u,
  ),
  pattern(
    'reach_further',
    1,
    /;\s*(?:drop|delete|update|insert|alter|truncate|create|attach|copy|install|load|pragma|grant)\s+[\w"'*]/u,
  ),
  pattern(
    'reach_further',
    1,
    /\b(?:information_schema|pg_catalog|duckdb_secrets|duckdb_settings|sqlite_master|pg_shadow|pg_read_file)\b/u,
  ),
  pattern('reach_further', 1, /\bunion\s+(?:all\s+)?select\b|'\s*(?:or|and)\s*'?1'?\s*=\s*'?1/u),
  pattern(
    'reach_further',
    1,
    /\/etc\/(?:passwd|shadow|hosts)\b|\bc:\\windows\b|\.\.\/\.\.\/|\b169\.254\.169\.254\b/u,
  ),
  pattern(
    'reach_further',
    1,
    /\b(?:bypass|disable|turn off|circumvent|remove|ignore|umgeh\w*|deaktivier\w*|desactive\w*|desactiva\w*|disattiva\w*)\b.{0,30}?\b(?:row filters?|column masks?|masking|access control|permissions?|security|row[- ]level|anonymi[sz]ation|privacy (?:rules|filters?)|audit(?:ing)?|zeilenfilter|maskierung|zugriffs\w*|berechtigung\w*|filtres?|permisos|permessi)\b/u,
  ),
  pattern(
    'reach_further',
    1,
    /\b(?:other|another|all|every|alle[rn]?|andere[rn]?)\s+(?:tenants?|mandanten?)\b/u,
  ),
  pattern(
    'reach_further',
    0.6,
    /\b(?:data|tables?|datasets?|files|passwords?|daten|tabellen|donnees|datos)\b.{0,20}?\b(?:other|another|andere[rn]?|autres?|otras?)\s+(?:organi[sz]ations?|customers|organisationen|organizaciones)\b/u,
  ),

  // Spoken to the model and not about the data; alone it means little.
  pattern(
    'address_model',
    0.6,
    /\b(?:as an ai|you are an? (?:ai|llm|language model|assistant|chatbot)|(?:dear|hey|hello|attention|note to|message to|instructions? (?:to|for)) (?:the )?(?:ai|llm|gpt|chatgpt|claude|gemini|model|assistant|chatbot|language model))\b/u,
  ),
  pattern(
    'address_model',
    0.6,
    /\b(?:an (?:die|das) (?:ki|sprachmodell)|als ki|(?:du bist|bist du) (?:eine ki|ein sprachmodell)|en tant qu'?(?:ia|assistant)|como (?:una )?ia|come ia|als ai)\b/u,
  ),
  pattern(
    'demand',
    0.5,
    /\b(?:respond|answer|reply|antworte|reponds|responde|rispondi)\s+(?:only|nur|uniquement|solo|so|apenas)\s+(?:with|mit|par|avec|con|com)\b/u,
  ),
  pattern(
    'demand',
    0.5,
    /\b(?:without (?:any )?(?:explanation|warnings?|disclaimers?|hesitation)|no matter what|this is (?:an )?(?:emergency|order|authorized|authorised)|i am (?:the|your) (?:developer|creator|administrator|admin|owner))\b/u,
  ),
];
