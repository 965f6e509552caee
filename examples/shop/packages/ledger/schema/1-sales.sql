CREATE TABLE sale (
  receipt text PRIMARY KEY,
  day date NOT NULL,
  cents integer NOT NULL CHECK (cents >= 0)
);

CREATE TABLE sale_item (
  receipt text NOT NULL REFERENCES sale ON DELETE CASCADE,
  sku text NOT NULL,
  count integer NOT NULL CHECK (count > 0),
  PRIMARY KEY (receipt, sku)
);
