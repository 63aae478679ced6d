//! The invented county: coarse outlines at the seven district names, schools, postcodes. Nothing here is real but the names
//! of the districts and their codes.

/// A district, with an outline drawn coarsely by hand (longitude, latitude).
pub struct District {
    pub code: &'static str,
    pub name: &'static str,
    pub team: &'static str,
    pub outline: &'static [(f64, f64)],
}

pub const DISTRICTS: &[District] = &[
    District {
        code: "E07000223",
        name: "Adur",
        team: "Adur and Worthing",
        outline: &[
            (-0.33, 50.81),
            (-0.21, 50.82),
            (-0.22, 50.86),
            (-0.24, 50.88),
            (-0.36, 50.87),
            (-0.33, 50.86),
        ],
    },
    District {
        code: "E07000224",
        name: "Arun",
        team: "Arun",
        outline: &[
            (-0.74, 50.77),
            (-0.60, 50.79),
            (-0.42, 50.80),
            (-0.43, 50.85),
            (-0.44, 50.88),
            (-0.55, 50.93),
            (-0.58, 50.87),
            (-0.70, 50.84),
        ],
    },
    District {
        code: "E07000225",
        name: "Chichester",
        team: "Chichester",
        outline: &[
            (-0.95, 50.78),
            (-0.90, 50.73),
            (-0.78, 50.73),
            (-0.74, 50.77),
            (-0.70, 50.84),
            (-0.58, 50.87),
            (-0.55, 50.93),
            (-0.52, 51.00),
            (-0.56, 51.08),
            (-0.75, 51.09),
            (-0.90, 51.00),
            (-0.93, 50.90),
        ],
    },
    District {
        code: "E07000226",
        name: "Crawley",
        team: "Crawley",
        outline: &[(-0.25, 51.08), (-0.13, 51.08), (-0.13, 51.17), (-0.26, 51.16), (-0.26, 51.14)],
    },
    District {
        code: "E07000227",
        name: "Horsham",
        team: "Horsham",
        outline: &[
            (-0.55, 50.93),
            (-0.44, 50.88),
            (-0.36, 50.87),
            (-0.24, 50.88),
            (-0.26, 50.96),
            (-0.25, 51.08),
            (-0.26, 51.14),
            (-0.40, 51.14),
            (-0.56, 51.08),
            (-0.52, 51.00),
        ],
    },
    District {
        code: "E07000228",
        name: "Mid Sussex",
        team: "Mid Sussex",
        outline: &[
            (-0.24, 50.88),
            (-0.10, 50.89),
            (0.02, 50.95),
            (0.04, 51.10),
            (-0.02, 51.14),
            (-0.13, 51.14),
            (-0.13, 51.08),
            (-0.25, 51.08),
            (-0.26, 50.96),
        ],
    },
    District {
        code: "E07000229",
        name: "Worthing",
        team: "Adur and Worthing",
        outline: &[
            (-0.42, 50.80),
            (-0.33, 50.81),
            (-0.33, 50.86),
            (-0.36, 50.87),
            (-0.44, 50.88),
            (-0.43, 50.85),
        ],
    },
];

/// Schools by district, in the order of [`DISTRICTS`]. The first of each is a secondary school with a lead in the
/// demonstration.
pub const SCHOOLS: &[&[&str]] = &[
    &[
        "Saltgrass Academy",
        "Lantern Quay Primary School",
        "Shingle Lane Infant School",
        "Foxglove Bank Primary School",
        "Tidewatch School",
    ],
    &[
        "Hazelmere Brook School",
        "Pebble Cross Primary School",
        "Larkrise Field Primary School",
        "Windmill Acre Academy",
        "Orchard Rope Primary School",
        "Samphire Community School",
    ],
    &[
        "Cloverdown School",
        "Flintstile Primary School",
        "Harbour Reach Academy",
        "Woolpit Green Primary School",
        "Yew Hanger School",
        "Greensand Primary School",
    ],
    &[
        "Marlpit Wood School",
        "Copper Rise Primary School",
        "Kestrel Way Academy",
        "Bellhanger Primary School",
        "Long Acre Park School",
        "Tilgarth Infant School",
    ],
    &[
        "Ironmaster School",
        "Hammerpond Lane Primary School",
        "Weald Hollow Academy",
        "Charcoal Lane Primary School",
        "Bramblecourt School",
        "Sparrowfield Primary School",
    ],
    &[
        "Stoneways School",
        "Viaduct View Primary School",
        "Heathpoll Academy",
        "Bluebell Gate Primary School",
        "Ashdown Rise School",
        "Cuckfold Primary School",
    ],
    &[
        "Beacon Hythe School",
        "Palmtree Walk Primary School",
        "Breakwater Academy",
        "Goring Mill Primary School",
        "Highdown Rope School",
    ],
];

/// Invented postcodes a district has: `WX1` to `WX7`, an area that the Royal Mail does not use.
const POSTCODES_EACH: usize = 45;
const LETTERS: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";

/// The outlines as a register of boundaries.
pub fn boundaries() -> String {
    let features: Vec<String> = DISTRICTS
        .iter()
        .map(|it| {
            let ring = it.outline.iter().chain(it.outline.first());
            let ring: Vec<String> = ring.map(|(lon, lat)| format!("[{lon},{lat}]")).collect();
            format!(
                r#"{{"type":"Feature","properties":{{"LAD26CD":"{}","LAD26NM":"{}"}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#,
                it.code,
                it.name,
                ring.join(",")
            )
        })
        .collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

/// Which team serves which area.
pub fn teams() -> String {
    let row = |it: &District| format!("{},{},2024-04-01\n", it.team, it.code);
    std::iter::once("team,area_code,from\n".to_owned()).chain(DISTRICTS.iter().map(row)).collect()
}

/// An invented postcode with a place for it.
pub struct Spot {
    pub postcode: String,
    pub easting: i32,
    pub northing: i32,
}

/// The invented postcodes of a district: the same ones each time.
pub fn spots(index: usize) -> Vec<Spot> {
    let Some(district) = DISTRICTS.get(index) else { return Vec::new() };
    let mut dice = Dice(u64::try_from(index).unwrap_or_default() + 7);
    (0..POSTCODES_EACH)
        .filter_map(|count| {
            let (lon, lat) = dice.point_in(district.outline);
            let (easting, northing) = lonlat_bng::convert_osgb36(lon, lat).ok()?;
            let letter =
                |it: usize| LETTERS.get(it % LETTERS.len()).copied().map_or('A', char::from);
            let postcode = format!(
                "WX{}{}{}{}",
                index + 1,
                count % 9 + 1,
                letter(count),
                letter(count / 3 + 5)
            );
            Some(Spot { postcode, easting: metres(easting), northing: metres(northing) })
        })
        .collect()
}

/// Whole metres.
fn metres(value: f64) -> i32 {
    format!("{value:.0}").parse().unwrap_or_default()
}

/// Numbers that look thrown and are the same each time.
pub struct Dice(pub u64);

impl Dice {
    /// From 0 up to, not including, 1.
    pub fn throw(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let top = u32::try_from(self.0 >> 32).unwrap_or_default();
        f64::from(top) / 4_294_967_296.0
    }

    /// A point within an outline.
    pub fn point_in(&mut self, outline: &[(f64, f64)]) -> (f64, f64) {
        let (west, east) = bounds(outline.iter().map(|it| it.0));
        let (south, north) = bounds(outline.iter().map(|it| it.1));
        for _ in 0..1000 {
            let point =
                (west + self.throw() * (east - west), south + self.throw() * (north - south));
            if is_inside(point, outline) {
                return point;
            }
        }
        outline.first().copied().unwrap_or_default()
    }
}

fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::MAX, f64::MIN), |(low, high), it| (low.min(it), high.max(it)))
}

/// Counts the outline's edges that a line to the east crosses.
fn is_inside((x, y): (f64, f64), outline: &[(f64, f64)]) -> bool {
    let edges = outline.iter().zip(outline.iter().cycle().skip(1));
    let crosses = |((x1, y1), (x2, y2)): &(&(f64, f64), &(f64, f64))| {
        (*y1 > y) != (*y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
    };
    edges.filter(crosses).count() % 2 == 1
}
