const words = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .split(/[,\n]/)
      .map((each) => each.trim())
      .filter(Boolean),
  );

export const stateCodes: ReadonlySet<string> = words(
  'AL,AK,AZ,AR,CA,CO,CT,DE,FL,GA,HI,ID,IL,IN,IA,KS,KY,LA,ME,MD,MA,MI,MN,MS,MO,MT,NE,NV,NH,NJ,NM,NY,NC,ND,OH,OK,OR,PA,RI,SC,SD,TN,TX,UT,VT,VA,WA,WV,WI,WY,DC,PR',
);

/** Large cities, by which a column or a text is known to name cities; a place need not be here to be found. */
export const cities: ReadonlySet<string> = words(`
  new york,los angeles,chicago,houston,phoenix,philadelphia,san antonio,san diego,dallas,san jose,austin,jacksonville,fort worth,columbus,
  charlotte,san francisco,indianapolis,seattle,denver,washington,boston,el paso,nashville,detroit,oklahoma city,portland,las vegas,memphis,
  louisville,baltimore,milwaukee,albuquerque,tucson,fresno,sacramento,kansas city,mesa,atlanta,omaha,colorado springs,raleigh,miami,long beach,
  virginia beach,oakland,minneapolis,tulsa,tampa,arlington,new orleans,wichita,cleveland,bakersfield,aurora,anaheim,honolulu,santa ana,
  riverside,corpus christi,lexington,stockton,henderson,saint paul,st. paul,st. louis,cincinnati,pittsburgh,greensboro,anchorage,plano,lincoln,orlando,
  irvine,newark,toledo,durham,chula vista,fort wayne,jersey city,st. petersburg,laredo,madison,chandler,buffalo,lubbock,scottsdale,reno,glendale,
  gilbert,winston-salem,north las vegas,norfolk,chesapeake,garland,irving,hialeah,fremont,boise,richmond,baton rouge,spokane,des moines,tacoma,
  san bernardino,modesto,fontana,santa clarita,birmingham,oxnard,fayetteville,moreno valley,rochester,glendale,huntington beach,salt lake city,grand rapids,
  amarillo,yonkers,aurora,montgomery,akron,little rock,huntsville,augusta,port st. lucie,grand prairie,columbus,tallahassee,overland park,
  tempe,mckinney,mobile,cape coral,shreveport,frisco,knoxville,worcester,brownsville,vancouver,fort lauderdale,sioux falls,ontario,chattanooga,
  providence,newport news,rancho cucamonga,santa rosa,oceanside,salem,elk grove,garden grove,pembroke pines,peoria,eugene,corona,cary,springfield,
  fort collins,jackson,alexandria,hayward,lancaster,lakewood,clarksville,palmdale,salinas,hollywood,pasadena,sunnyvale,macon,kansas city,pomona,
  escondido,killeen,naperville,joliet,bellevue,rockford,savannah,paterson,torrance,bridgeport,mcallen,mesquite,syracuse,midland,cambridge,hartford,
  new haven,stamford,concord,dayton,cedar rapids,topeka,charleston,columbia,gainesville,ann arbor,evansville,allentown,lowell,quincy,brockton,
  toronto,montreal,vancouver,calgary,ottawa,edmonton,winnipeg,quebec,hamilton,london,birmingham,manchester,leeds,glasgow,liverpool,sheffield,
  edinburgh,bristol,cardiff,belfast,leicester,coventry,nottingham,newcastle,southampton,oxford,plymouth,york,bath,brighton,norwich,exeter,dublin,cork,galway,
  berlin,hamburg,münchen,munich,köln,cologne,frankfurt,frankfurt am main,stuttgart,düsseldorf,leipzig,dortmund,essen,bremen,dresden,hannover,hanover,nürnberg,nuremberg,duisburg,
  bochum,wuppertal,bielefeld,bonn,münster,mannheim,karlsruhe,augsburg,wiesbaden,mönchengladbach,gelsenkirchen,aachen,braunschweig,kiel,chemnitz,
  halle,magdeburg,freiburg,freiburg im breisgau,krefeld,mainz,lübeck,erfurt,oberhausen,rostock,kassel,hagen,potsdam,saarbrücken,hamm,ludwigshafen,oldenburg,osnabrück,
  heidelberg,tübingen,göttingen,regensburg,würzburg,ulm,jena,gießen,marburg,wien,vienna,graz,linz,salzburg,innsbruck,klagenfurt,zürich,zurich,
  genf,geneva,basel,bern,lausanne,luzern,st. gallen,paris,marseille,lyon,toulouse,nice,nantes,strasbourg,montpellier,bordeaux,lille,rennes,
  madrid,barcelona,valencia,sevilla,seville,zaragoza,málaga,bilbao,rome,roma,milan,milano,naples,napoli,turin,torino,palermo,genoa,bologna,florence,firenze,venice,
  amsterdam,rotterdam,utrecht,den haag,the hague,eindhoven,leiden,brussels,antwerp,ghent,leuven,copenhagen,københavn,aarhus,odense,stockholm,göteborg,gothenburg,
  malmö,uppsala,lund,oslo,bergen,trondheim,helsinki,tampere,turku,warsaw,warszawa,kraków,krakow,łódź,wrocław,poznań,gdańsk,prague,praha,brno,budapest,
  bucharest,sofia,athens,lisbon,lisboa,porto,istanbul,ankara,izmir,moscow,kyiv,kiev,minsk,riga,vilnius,tallinn,zagreb,belgrade,ljubljana,bratislava,
  tokyo,osaka,kyoto,nagoya,sapporo,seoul,busan,beijing,shanghai,guangzhou,shenzhen,wuhan,chengdu,hong kong,taipei,singapore,bangkok,jakarta,manila,
  hanoi,kuala lumpur,mumbai,delhi,new delhi,bangalore,bengaluru,hyderabad,chennai,kolkata,pune,karachi,lahore,dhaka,tehran,baghdad,riyadh,dubai,tel aviv,jerusalem,
  cairo,lagos,nairobi,johannesburg,cape town,durban,accra,casablanca,addis ababa,sydney,melbourne,brisbane,perth,adelaide,auckland,wellington,
  mexico city,guadalajara,monterrey,são paulo,rio de janeiro,brasília,salvador,buenos aires,santiago,lima,bogotá,medellín,caracas,quito,havana`);

const normal = (text: string): string => text.trim().toLowerCase();
export const isCity = (text: string): boolean => cities.has(normal(text));
