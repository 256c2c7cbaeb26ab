"""Coverage against GEOS: coverage.py BASE KEY, with shapely and pyproj.

Records sites of operators of its own with declared radii at a running service that has areas, and compares the covered
share of every area, for each operator and technology, with the exact geodesic union of circles clipped to the boundary.
Ends with 1 where a share is further off than stated: 0.1 percentage points for areas of 70 km² and more, 0.3 for those
of 2 km² and more.
"""

import json
import math
import random
import sys
import urllib.request

from pyproj import Geod
from shapely.geometry import Polygon, shape
from shapely.ops import unary_union

EARTH = Geod(ellps="WGS84")
DAY = "2016-12-31"
OPERATORS = ["exact-1", "exact-2", "exact-3"]
TECHNOLOGIES = ["2g", "3g", "4g"]
CORNERS = 360
SITES = 300


def call(method, path, body=None):
    request = urllib.request.Request(
        f"{BASE}/api/v1{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def area_km2(geometry):
    return abs(EARTH.geometry_area_perimeter(geometry)[0]) / 1e6


def circle(longitude, latitude, radius_m):
    """A polygon with the area of the circle."""
    step = 2 * math.pi / CORNERS
    radius_m *= math.sqrt(step / math.sin(step))
    bearings = [360 * corner / CORNERS for corner in range(CORNERS)]
    ends = EARTH.fwd([longitude] * CORNERS, [latitude] * CORNERS, bearings, [radius_m] * CORNERS)
    return Polygon(zip(ends[0], ends[1]))


def record(boundaries):
    """Records the sites; gives the circles by operator and technology."""
    draw = random.Random(7)
    for operator in OPERATORS:
        call("PUT", f"/operators/{operator}", {"name": operator})
    circles = {}
    for number in range(SITES):
        west, south, east, north = draw.choice(boundaries).bounds
        longitude, latitude = round(draw.uniform(west, east), 5), round(draw.uniform(south, north), 5)
        operator, technology = draw.choice(OPERATORS), draw.choice(TECHNOLOGIES)
        radius_m = draw.randint(500, 6000)
        site = {
            "kind": "bts",
            "name": f"Exact {number}",
            "status": "active",
            "longitude": longitude,
            "latitude": latitude,
            "commissioned_on": "2012-01-01",
            "radios": [{"technology": technology, "declared_radius_m": radius_m}],
        }
        call("PUT", f"/operators/{operator}/sites/X-{number}", site)
        circles.setdefault((operator, technology), []).append(circle(longitude, latitude, radius_m))
    return circles


def boundaries_of(level):
    features = call("GET", f"/areas?level={level}&valid_on={DAY}&f=geojson")["features"]
    return {feature["properties"]["code"]: shape(feature["geometry"]) for feature in features}


def main():
    levels = {level: boundaries_of(level) for level in ["province", "district", "commune"]}
    circles = record(list(levels["district"].values()))
    unions = {key: unary_union(parts) for key, parts in circles.items()}
    wrong = 0
    for level, boundaries in levels.items():
        rows = call("GET", f"/coverage?level={level}&as_of={DAY}&group_by=technology,operator")["areas"]
        rows = [row for row in rows if (row["operator"], row["technology"]) in unions]
        assert len(rows) == len(boundaries) * len(unions), "a row is missing"
        worst = {"70 km² and more": 0.0, "2 km² and more": 0.0}
        for row in rows:
            boundary = boundaries[row["unit"]["code"]]
            whole_km2 = area_km2(boundary)
            union = unions[row["operator"], row["technology"]]
            exact = area_km2(union.intersection(boundary)) / whole_km2 * 100
            error = abs(row["area"]["percent"] - exact)
            size, allowed = ("70 km² and more", 0.1) if whole_km2 >= 70 else ("2 km² and more", 0.3)
            if whole_km2 >= 2:
                worst[size] = max(worst[size], error)
                wrong += error > allowed
        print(f"{level}: {len(rows)} shares, furthest off {worst}")
    return 1 if wrong else 0


BASE, KEY = sys.argv[1], sys.argv[2]
sys.exit(main())
